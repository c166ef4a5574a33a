//! The table of moves: each entry in each situation, legal or not.

use super::*;

fn a() -> Address {
    address("vpcep_service.a")
}

fn b() -> Address {
    address("vpcep_service.b")
}

fn begin(effect: Effect, index: usize, of: usize) -> Entry {
    Entry::Begun(Box::new(begun(&a(), effect, index, of)))
}

fn begin_deposed(id: &str) -> Entry {
    Entry::Begun(Box::new(Begun { deposed: true, ..begun(&a(), delete(id), 0, 1) }))
}

fn adopt(id: &str, resolves: Option<Seq>, origin: Origin) -> Entry {
    let binding = Box::new(binding());
    Entry::Adopted { address: a(), object: object(id, "n"), binding, origin, settling: false, resolves }
}

fn seen(id: &str) -> Entry {
    Entry::Seen {
        address: a(),
        id: id.into(),
        attributes: object(id, "new").attributes,
        settling: true,
        taint: None,
    }
}

fn bound(binding: Binding) -> Entry {
    let settings = [("mode", "shared")].into_iter().collect();
    Entry::Bound { address: a(), binding: Box::new(binding), settings }
}

fn forgotten(deposed: Option<&str>) -> Entry {
    Entry::Forgotten { address: a(), deposed: deposed.map(str::to_owned) }
}

fn moved(from: Address, to: Address) -> Entry {
    Entry::Moved { from, to }
}

fn fold(entries: &[Entry]) -> Result<Recorded, IllegalMove> {
    let mut recorded = empty();
    for (entry, seq) in entries.iter().zip(1..) {
        recorded.apply_entry(seq, entry)?;
        assert_eq!(recorded.verify(), Vec::<String>::new(), "after {entry:?}");
    }
    Ok(recorded)
}

fn resolved(begun: Seq) -> Entry {
    Entry::Resolved { begun, evidence: "not listed".into() }
}

fn uncertain(begun: Seq) -> Entry {
    ended(begun, Outcome::Uncertain { fault: fault() })
}

#[test]
fn every_move_is_legal_exactly_where_the_table_says() {
    let nothing = vec![];
    let creating = vec![begin(create(), 0, 2)];
    let unsure = vec![begin(create(), 0, 1), uncertain(1)];
    let there = vec![begin(create(), 0, 1), ended(1, made("x"))];
    let extended = |more: &[Entry]| [there.as_slice(), more].concat();
    let updating = extended(&[begin(update("x"), 0, 1)]);
    let deleting = extended(&[begin(delete("x"), 0, 1)]);
    let deleting_in_two = extended(&[begin(delete("x"), 0, 2)]);
    let put_aside = extended(&[Entry::Deposed { address: a() }]);
    let ending_aside = [put_aside.as_slice(), &[begin_deposed("x")]].concat();
    let tainted = || Outcome::Tainted { object: object("x", "n"), fault: fault() };
    let gone = |settling| Outcome::Gone { settling };
    let failed = || Outcome::Failed { fault: fault() };
    let unchangeable = || Outcome::Unchangeable { attribute: "port_id".into(), fault: fault() };
    let elsewhere = || {
        let mut other = binding();
        other.identity.region = "elsewhere".into();
        other
    };
    let selfish = || Binding { dependencies: [a()].into(), ..binding() };
    let data = address("data.vpcep_quota.q");
    let lookup = Entry::Begun(Box::new(begun(&data, create(), 0, 1)));

    // What was there, what comes, and the reason if it may not come.
    let table: Vec<(&[Entry], Entry, Option<&str>)> = vec![
        (&nothing, begin(create(), 0, 1), None),
        (&nothing, begin(create(), 1, 2), Some("no recorded object")),
        (&nothing, begin(create(), 1, 1), Some("call 1 of 1")),
        (&nothing, begin(update("x"), 0, 1), Some("no recorded object")),
        (&nothing, begin(delete("x"), 0, 1), Some("no recorded object")),
        (&nothing, begin_deposed("x"), Some("no recorded object")),
        (&nothing, lookup, Some("is a lookup")),
        (&nothing, ended(1, made("x")), Some("entry 1 is not pending")),
        (&nothing, resolved(1), Some("entry 1 is not pending")),
        (&nothing, seen("x"), Some("no recorded object")),
        (&nothing, bound(binding()), Some("no recorded object")),
        (&nothing, forgotten(None), Some("no recorded object")),
        (&nothing, forgotten(Some("x")), Some("no recorded object")),
        (&nothing, Entry::Deposed { address: a() }, Some("no recorded object")),
        (&nothing, moved(a(), b()), Some("no recorded object")),
        (&nothing, adopt("x", None, Origin::Adopted), None),
        (&nothing, adopt("", None, Origin::Adopted), Some("has no id")),
        (&nothing, adopt("x", Some(1), Origin::Made), Some("entry 1 is not pending")),
        (&nothing, Entry::Outputs(Default::default()), None),
        (&nothing, Entry::Closed { at: at(1) }, None),
        (&creating, begin(create(), 0, 1), Some("entry 1 for vpcep_service.a is pending")),
        (&creating, begin(delete("x"), 0, 1), Some("entry 1 for vpcep_service.a is pending")),
        (&creating, ended(1, made("x")), None),
        (&creating, ended(1, made("")), Some("has no id")),
        (&creating, ended(1, tainted()), None),
        (&creating, ended(1, failed()), None),
        (&creating, uncertain(1), None),
        (&creating, ended(1, gone(false)), Some("a create cannot end as gone")),
        (&creating, ended(1, unchangeable()), Some("a create cannot end as unchangeable")),
        (&creating, adopt("x", None, Origin::Adopted), Some("entry 1 for vpcep_service.a is pending")),
        (&creating, moved(b(), a()), Some("a call for vpcep_service.a is pending")),
        (&unsure, ended(1, made("x")), Some("entry 1 ended already")),
        (&unsure, uncertain(1), Some("entry 1 ended already")),
        (&unsure, begin(create(), 0, 1), Some("it is resolved first")),
        (&unsure, resolved(1), None),
        (&unsure, resolved(2), Some("entry 2 is not pending")),
        (&unsure, adopt("x", Some(1), Origin::Made), None),
        (&unsure, adopt("x", Some(1), Origin::Adopted), Some("is made, not adopted")),
        (&unsure, forgotten(None), Some("it is resolved first")),
        (&there, begin(create(), 0, 1), Some("has an object already, x")),
        (&there, begin(create(), 1, 2), None),
        (&there, begin(update("x"), 0, 1), None),
        (&there, begin(update("y"), 0, 1), Some("vpcep_service.a is x, not y")),
        (&there, begin(delete("x"), 0, 1), None),
        (&there, begin(delete("y"), 0, 1), Some("vpcep_service.a is x, not y")),
        (&there, begin_deposed("x"), Some("no recorded object")),
        (&there, ended(1, made("x")), Some("entry 1 is not pending")),
        (&there, seen("x"), None),
        (&there, seen("y"), Some("vpcep_service.a is x, not y")),
        (&there, bound(binding()), None),
        (&there, bound(elsewhere()), Some("another account, project or region")),
        (&there, bound(selfish()), Some("depend on itself")),
        (&there, adopt("y", None, Origin::Adopted), Some("has an object already, x")),
        (&there, forgotten(None), None),
        (&there, forgotten(Some("x")), Some("no recorded object")),
        (&there, Entry::Deposed { address: a() }, None),
        (&there, moved(a(), b()), None),
        (&there, moved(a(), a()), Some("resources of one kind")),
        (&there, moved(a(), address("vpcep_accept.a")), Some("resources of one kind")),
        (&there, moved(b(), a()), Some("has an object already, x")),
        (&updating, begin(update("x"), 0, 1), Some("entry 3 for vpcep_service.a is pending")),
        (&updating, ended(3, made("x")), None),
        (&updating, ended(3, made("y")), Some("vpcep_service.a is x, not y")),
        (&updating, ended(3, tainted()), None),
        (&updating, ended(3, unchangeable()), None),
        (&updating, ended(3, failed()), None),
        (&updating, ended(3, gone(false)), Some("an update cannot end as gone")),
        (&updating, forgotten(None), Some("it is resolved first")),
        (&updating, Entry::Deposed { address: a() }, Some("it is resolved first")),
        (&updating, moved(a(), b()), Some("is pending")),
        (&updating, seen("x"), None),
        (&deleting, ended(3, gone(false)), None),
        (&deleting, ended(3, gone(true)), None),
        (&deleting, ended(3, tainted()), None),
        (&deleting, ended(3, made("x")), Some("a delete cannot end as made")),
        (&deleting, ended(3, unchangeable()), Some("a delete cannot end as unchangeable")),
        (&deleting_in_two, ended(3, made("x")), None),
        (&deleting_in_two, ended(3, made("y")), Some("vpcep_service.a is x, not y")),
        (&deleting_in_two, ended(3, gone(false)), None),
        (&put_aside, begin(create(), 0, 1), None),
        (&put_aside, begin_deposed("x"), None),
        (&put_aside, begin_deposed("y"), Some("no deposed object y")),
        (&put_aside, begin(delete("x"), 0, 1), Some("no recorded object")),
        (&put_aside, adopt("x", None, Origin::Adopted), Some("x is a deposed object")),
        (&put_aside, seen("x"), None),
        (&put_aside, forgotten(Some("x")), None),
        (&put_aside, forgotten(None), Some("no recorded object")),
        (&put_aside, moved(a(), b()), None),
        (&put_aside, moved(b(), a()), Some("has an object already, x")),
        (&ending_aside, begin(create(), 0, 1), None),
        (&ending_aside, begin_deposed("x"), Some("entry 4 for vpcep_service.a is pending")),
        (&ending_aside, forgotten(Some("x")), Some("it is resolved first")),
        (&ending_aside, ended(4, gone(false)), None),
        (&ending_aside, ended(4, tainted()), None),
    ];
    for (before, entry, reason) in table {
        let mut recorded = fold(before).unwrap();
        let untouched = recorded.clone();
        let seq = recorded.seq + 1;
        let result = recorded.apply_entry(seq, &entry);
        let row = format!("{before:#?}\nthen {entry:#?}");
        match (result, reason) {
            (Ok(()), None) => assert_eq!(recorded.verify(), Vec::<String>::new(), "{row}"),
            (Err(illegal), Some(reason)) => {
                assert!(illegal.why.contains(reason), "{row}\n{illegal}");
                assert_eq!(recorded, untouched, "{row}");
            }
            (result, _) => panic!("{row}\n{result:?}, expected {reason:?}"),
        }
    }
}

#[test]
fn entries_are_numbered_without_gaps() {
    let mut recorded = empty();
    let outputs = Entry::Outputs(Default::default());
    assert!(recorded.apply_entry(2, &outputs).is_err());
    recorded.apply_entry(1, &outputs).unwrap();
    assert!(recorded.apply_entry(1, &outputs).is_err());
}

#[test]
fn a_create_is_recorded_with_its_first_call_and_later_calls_replace_its_attributes() {
    let later = Outcome::Made { object: object("x", "later"), settling: true };
    let all = [begin(create(), 0, 2), ended(1, made("x")), begin(create(), 1, 2), ended(3, later)];
    let first = fold(&all[..2]).unwrap();
    assert_eq!(first.objects[&a()].attributes.text("service_name"), Some("n"));
    let both = fold(&all).unwrap();
    assert_eq!(both.objects[&a()].attributes.text("service_name"), Some("later"));
    assert!(both.objects[&a()].settling && both.pending.is_empty());
}

#[test]
fn the_wishes_of_an_update_hold_once_its_last_call_is_through() {
    let wish = || Binding { arguments: Default::default(), ..binding() };
    let call =
        |index| Entry::Begun(Box::new(Begun { binding: wish(), ..begun(&a(), update("x"), index, 2) }));
    let all = [
        begin(create(), 0, 1),
        ended(1, made("x")),
        call(0),
        ended(3, made("x")),
        call(1),
        ended(5, made("x")),
    ];
    assert_eq!(fold(&all[..4]).unwrap().objects[&a()].arguments.len(), 1);
    assert_eq!(fold(&all).unwrap().objects[&a()].arguments.len(), 0);
}

#[test]
fn outcomes_leave_the_marks_that_the_next_plan_reads() {
    let there = [begin(create(), 0, 1), ended(1, made("x"))];
    let after = |effect, outcome| {
        fold(&[there.as_slice(), &[begin(effect, 0, 1), ended(3, outcome)]].concat()).unwrap()
    };
    let settling = after(delete("x"), Outcome::Gone { settling: true });
    assert!(settling.objects[&a()].settling);
    let gone = after(delete("x"), Outcome::Gone { settling: false });
    assert!(gone.objects.is_empty());
    let tainted = after(update("x"), Outcome::Tainted { object: object("x", "n"), fault: fault() });
    assert_eq!(tainted.objects[&a()].taint, Some(fault()));
    let fixed = after(update("x"), Outcome::Unchangeable { attribute: "port_id".into(), fault: fault() });
    assert_eq!(fixed.objects[&a()].unchangeable["port_id"], fault());
    let unsure = after(update("x"), Outcome::Uncertain { fault: fault() });
    let pending = &unsure.pending[&3];
    assert_eq!((pending.uncertain.as_ref(), pending.since), (Some(&fault()), at(9)));
}

#[test]
fn a_move_takes_deposed_objects_along_and_renames_dependencies() {
    let dependent = Binding { dependencies: [a()].into(), ..binding() };
    let other = address("vpcep_endpoint.e");
    let all = [
        begin(create(), 0, 1),
        ended(1, made("x")),
        Entry::Deposed { address: a() },
        begin(create(), 0, 1),
        ended(4, made("y")),
        Entry::Begun(Box::new(Begun { binding: dependent, ..begun(&other, create(), 0, 1) })),
        ended(6, made("z")),
        moved(a(), b()),
    ];
    let recorded = fold(&all).unwrap();
    assert_eq!((recorded.objects[&b()].id.as_str(), recorded.deposed[&b()][0].id.as_str()), ("y", "x"));
    assert_eq!(recorded.objects[&other].dependencies, [b()].into());
}
