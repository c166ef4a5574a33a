//! Edits of the state by hand.

use super::*;

fn with(addresses: &[&str]) -> Recorded {
    let mut recorded = empty();
    for text in addresses {
        let adopted = Entry::Adopted {
            address: address(text),
            object: object(&format!("id of {text}"), "n"),
            binding: Box::new(binding()),
            origin: Origin::Adopted,
            settling: false,
            resolves: None,
        };
        recorded.apply_entry(recorded.seq + 1, &adopted).unwrap();
    }
    recorded
}

fn after(mut recorded: Recorded, entries: Vec<Entry>) -> Vec<String> {
    for entry in &entries {
        recorded.apply_entry(recorded.seq + 1, entry).unwrap();
    }
    edit::list(&recorded).iter().map(|shown| shown.address.to_string()).collect()
}

#[test]
fn a_move_takes_one_object_or_all_instances_of_a_block() {
    let recorded = with(&["vpcep_service.a", "vpcep_endpoint.e[\"x\"]", "vpcep_endpoint.e[\"y\"]"]);
    let one = edit::rename(&recorded, &address("vpcep_service.a"), &address("vpcep_service.b")).unwrap();
    assert!(after(recorded.clone(), one).contains(&"vpcep_service.b".to_owned()));
    let all = edit::rename(&recorded, &address("vpcep_endpoint.e"), &address("vpcep_endpoint.f")).unwrap();
    assert_eq!(
        after(recorded.clone(), all),
        ["vpcep_endpoint.f[\"x\"]", "vpcep_endpoint.f[\"y\"]", "vpcep_service.a"]
    );
    let keyed =
        edit::rename(&recorded, &address("vpcep_service.a"), &address("vpcep_service.a[\"k\"]")).unwrap();
    assert_eq!(keyed.len(), 1);
}

#[test]
fn an_edit_that_is_not_possible_says_why() {
    let recorded = with(&["vpcep_service.payments", "vpcep_service.other"]);
    let fault =
        |from: &str, to: &str| edit::rename(&recorded, &address(from), &address(to)).unwrap_err().to_string();
    insta::assert_snapshot!(fault("vpcep_service.paymets", "vpcep_service.b"), @"nothing is recorded for vpcep_service.paymets; did you mean vpcep_service.payments?");
    insta::assert_snapshot!(fault("vpcep_service.payments", "vpcep_service.other"), @"vpcep_service.other has an object already, id of vpcep_service.other");
    insta::assert_snapshot!(fault("vpcep_service.payments", "vpcep_accept.payments"), @"vpcep_service.payments cannot move to vpcep_accept.payments: both must be resources of one kind");
}

#[test]
fn letting_go_takes_deposed_objects_and_pending_calls_along() {
    let a = address("vpcep_service.a");
    let mut recorded = with(&["vpcep_service.a", "vpcep_service.b"]);
    let more = [Entry::Deposed { address: a.clone() }, Entry::Begun(Box::new(begun(&a, create(), 0, 1)))];
    for entry in &more {
        recorded.apply_entry(recorded.seq + 1, entry).unwrap();
    }
    let shown = edit::show(&recorded, &a).unwrap();
    assert_eq!((shown.current, shown.deposed.len(), shown.pending.len()), (None, 1, 1));
    let entries = edit::remove(&recorded, &[a]).unwrap();
    assert_eq!(after(recorded, entries), ["vpcep_service.b"]);
}
