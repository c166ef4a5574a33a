//! Golden texts of plans. The plans are written down here, so a golden shows the renderer alone.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::{Format, Look, Review, Surroundings, outcome, steps, text};
use crate::diagnostic::Place;
use crate::plan::Response;
use crate::plan::{
    Action, Change, Difference, Drift, Keep, OutputChange, Plan, PlanMode, Reason, ReasonCode, Shown, Step,
    StepAction, StepEnd, StepId,
};
use crate::resource::{Fault, Value};

const SERVICE: &str = "vpcep_service.payments";
const ENDPOINT: &str = "vpcep_endpoint.shop";
const WHITELIST: &str = "vpcep_whitelist.tenants";
const ID: &str = "4189d3c2-8882-4871-a3c2-d380272eed88";

fn value(json: Json) -> Shown {
    Shown::Value(Value::try_from(json).unwrap())
}

fn later(expression: &str) -> Shown {
    Shown::Unknown(expression.to_owned())
}

fn differs(attribute: &str, before: Shown, after: Shown) -> Difference {
    Difference { attribute: attribute.to_owned(), before, after, replaces: None, place: None, same: false }
}

fn comes(attribute: &str, after: Json) -> Difference {
    differs(attribute, Shown::Absent, value(after))
}

fn change(address: &str, action: Action, code: ReasonCode, differences: Vec<Difference>) -> Change {
    let exists = !matches!(action, Action::Create | Action::Read);
    Change {
        address: address.parse().unwrap(),
        provider: "owner".into(),
        action,
        reason: Reason { code, text: String::new() },
        place: Some(Place { file: Arc::from("landbridge.yaml"), start: 0, end: 1, line: 24, column: 5 }),
        id: exists.then(|| ID.to_owned()),
        differences,
        notes: Vec::new(),
        steps: Vec::new(),
    }
}

fn because(change: Change, text: &str) -> Change {
    Change { reason: Reason { text: text.to_owned(), ..change.reason }, ..change }
}

fn plan(changes: Vec<Change>) -> Plan {
    Plan { stack: "payments-link".to_owned(), changes, ..Plan::default() }
}

fn update(address: &str, differences: Vec<Difference>) -> Plan {
    plan(vec![change(address, Action::Update, ReasonCode::Differs, differences)])
}

fn shown(plan: &Plan, width: usize) -> String {
    text(&Review::of(plan), Look { width, colour: false })
}

/// Compares with the golden of that name.
macro_rules! golden {
    ($name:literal, $text:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($name, $text);
        });
    };
}

fn port(client: u16) -> Json {
    json!({"client_port": client, "server_port": 8443, "protocol": "TCP"})
}

fn creation() -> Plan {
    let service = vec![
        comes("approval_enabled", json!(true)),
        comes("port_id", json!(ID)),
        comes("ports", json!([port(443), port(444)])),
        comes("server_type", json!("LB")),
        comes("service_name", json!("pay")),
        comes("tags", json!({"team": "payments"})),
        comes("vpc_id", json!("4189d3c2-8882-4871-a3c2-d380272eed80")),
        differs("id", Shown::Absent, later("")),
    ];
    let whitelist = vec![
        differs("endpoint_service_id", Shown::Absent, later("${vpcep_service.payments.id}")),
        comes("permissions", json!([{"permission": "iam:domain::5fc973eea581490997e82ea11a1df31f"}])),
    ];
    let endpoint = vec![
        differs("endpoint_service_id", Shown::Absent, later("${vpcep_service.payments.id}")),
        comes("enable_dns", json!(true)),
        comes("tags", json!({})),
        differs("ip", Shown::Absent, later("")),
    ];
    let create = |address, differences| change(address, Action::Create, ReasonCode::New, differences);
    Plan {
        simulated: true,
        outputs: vec![OutputChange {
            name: "address".to_owned(),
            before: Shown::Absent,
            after: later("${vpcep_endpoint.shop.ip}"),
        }],
        ..plan(vec![create(ENDPOINT, endpoint), create(SERVICE, service), create(WHITELIST, whitelist)])
    }
}

#[test]
fn a_first_creation() {
    golden!("first_creation", shown(&three_steps(), 80));
}

#[test]
fn a_port_change_shows_the_two_mappings_and_nothing_else() {
    let ports = differs("ports", value(json!([port(443), port(444)])), value(json!([port(444), port(8443)])));
    golden!("port_change", shown(&Plan { unchanged: 3, ..update(SERVICE, vec![ports]) }, 80));
}

#[test]
fn a_whitelist_change_shows_one_added_and_one_removed() {
    let one = |id: &str| json!({"permission": format!("iam:domain::{id}")});
    let before = json!([one("5fc973eea581490997e82ea11a1df31f"), one("aaa973eea581490997e82ea11a1df31f")]);
    let after = json!([one("5fc973eea581490997e82ea11a1df31f"), one("bbb973eea581490997e82ea11a1df31f")]);
    golden!(
        "whitelist_change",
        shown(&update(WHITELIST, vec![differs("permissions", value(before), value(after))]), 80)
    );
}

#[test]
fn a_replacement_says_why_and_comes_after_deletions_before_updates() {
    let vpc = Difference {
        replaces: Some("the API has no call that changes it".to_owned()),
        ..differs("vpc_id", value(json!(ID)), value(json!("84758cf5-9c62-43ae-a778-3dbd8370c0a4")))
    };
    let mut plan = plan(vec![
        change(
            WHITELIST,
            Action::Update,
            ReasonCode::Differs,
            vec![differs("endpoint_service_id", value(json!(ID)), later("${vpcep_service.payments.id}"))],
        ),
        because(
            change(
                SERVICE,
                Action::DeleteThenCreate,
                ReasonCode::CannotUpdate,
                vec![vpc, differs("description", Shown::Absent, value(json!("payments for all")))],
            ),
            "`vpc_id` cannot be changed in place",
        ),
        because(
            change(
                ENDPOINT,
                Action::Delete,
                ReasonCode::NotDesired,
                vec![differs("enable_dns", value(json!(true)), Shown::Absent)],
            ),
            "it is no longer in the configuration",
        ),
    ]);
    plan.changes[1].notes = vec![
        "Its consumers lose their connection until their endpoints are made anew and accepted again."
            .to_owned(),
    ];
    golden!("replacement", shown(&plan, 80));
    golden!("replacement_wide", shown(&plan, 120));
}

#[test]
fn a_destroy_is_one_line_for_each_object() {
    let delete = |address| {
        change(
            address,
            Action::Delete,
            ReasonCode::Destroy,
            vec![differs("x", value(json!(1)), Shown::Absent)],
        )
    };
    let mut plan = plan(vec![delete(ENDPOINT), delete(SERVICE), delete(WHITELIST)]);
    plan.mode = PlanMode::Destroy;
    plan.changes.iter_mut().for_each(|change| change.place = None);
    golden!("destroy", shown(&plan, 80));
}

#[test]
fn drift_stands_apart() {
    let mut plan = plan(Vec::new());
    plan.unchanged = 4;
    plan.drift = vec![
        Drift {
            address: SERVICE.parse().unwrap(),
            id: ID.to_owned(),
            place: None,
            deleted: false,
            differences: vec![differs("approval_enabled", value(json!(true)), value(json!(false)))],
            answer: Response::PutsBack(["approval_enabled".to_owned()].into()),
        },
        Drift {
            address: ENDPOINT.parse().unwrap(),
            id: ID.to_owned(),
            place: None,
            deleted: true,
            differences: vec![],
            answer: Response::MakesAnew,
        },
    ];
    golden!("drift", shown(&plan, 80));
    plan.changes = vec![
        change(
            SERVICE,
            Action::Update,
            ReasonCode::Differs,
            vec![differs("approval_enabled", value(json!(false)), value(json!(true)))],
        ),
        because(
            change(
                ENDPOINT,
                Action::Create,
                ReasonCode::DeletedOutside,
                vec![comes("enable_dns", json!(true))],
            ),
            "somebody else deleted it",
        ),
    ];
    golden!("drift_and_changes", shown(&plan, 80));
}

#[test]
fn a_sensitive_value_is_only_named() {
    let plan = Plan {
        outputs: vec![
            OutputChange { name: "ip".into(), before: Shown::Absent, after: value(json!("10.0.0.7")) },
            OutputChange { name: "key".into(), before: Shown::Sensitive, after: Shown::Sensitive },
        ],
        ..update(SERVICE, vec![differs("description", Shown::Sensitive, Shown::Sensitive)])
    };
    golden!("sensitive", shown(&plan, 80));
}

#[test]
fn long_texts_and_wide_structures_are_line_diffs() {
    let before = "first\nsecond\nthird\nfourth\nfifth\nsixth\nseventh\n";
    let after = before.replace("second", "2nd").replace("seventh\n", "seventh\neighth\n");
    let statement = |effect: &str| {
        json!([{
            "Effect": effect,
            "Action": ["obs:object:GetObject", "obs:object:PutObject", "obs:bucket:ListBucket"],
            "Resource": ["obs:*:*:object:payments-archive/*", "obs:*:*:bucket:payments-archive"],
        }])
    };
    let plan = update(
        ENDPOINT,
        vec![
            differs("description", value(json!(before)), value(json!(after))),
            differs("policy_statement", value(statement("Allow")), value(statement("Deny"))),
            differs(
                "tags",
                value(json!({"a": "1", "b": "2", "c": "3"})),
                value(json!({"b": "2", "c": "4", "d": "5"})),
            ),
        ],
    );
    golden!("long_text", shown(&plan, 80));
}

#[test]
fn hostile_text_can_not_move_the_cursor() {
    let plan = update(
        r#"vpcep_endpoint.shop["\u001b[2J"]"#,
        vec![comes("tags", json!({"a\u{1b}[31m": "b\r\u{202e}"}))],
    );
    let text = shown(&plan, 80);
    assert!(!text.chars().any(|c| c.is_control() && c != '\n') && !text.contains('\u{202e}'), "{text:?}");
}

#[test]
fn without_colour_there_are_no_escapes_and_with_it_the_words_are_the_same() {
    let coloured = text(&Review::of(&creation()), Look { width: 80, colour: true });
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), shown(&creation(), 80));
}

fn three_steps() -> Plan {
    let step = |n: u32, address: &str, action, after: &[u32]| Step {
        id: StepId(n),
        address: address.parse().unwrap(),
        provider: "owner".into(),
        action,
        after: after.iter().copied().map(StepId).collect(),
        keep: Keep::default(),
        timeout_s: 600,
        completes: None,
    };
    let create = || StepAction::Create { want: Default::default(), deposes: false };
    let mut plan = creation();
    plan.steps = vec![
        step(1, SERVICE, create(), &[]),
        step(2, WHITELIST, create(), &[1]),
        step(3, ENDPOINT, create(), &[1, 2]),
    ];
    for (change, n) in plan.changes.iter_mut().zip([3, 1, 2]) {
        change.steps = vec![StepId(n)];
    }
    plan
}

#[test]
fn steps_have_a_terse_form() {
    golden!("steps", steps(&three_steps(), Look::default()));
}

#[test]
fn an_incomplete_apply_says_what_failed_and_what_was_not_tried() {
    let plan = three_steps();
    let fault = Fault {
        code: "EndPoint.3049".into(),
        message: "The maximum number of whitelist records has been reached.".into(),
        meaning: "Service whitelist has too many entries.".into(),
        advice: "Remove stale entries or whitelist everyone with *.".into(),
        request_id: "c1c0e1ac6f3f4d5fa2a5d8a0d2b2b6f1".into(),
    };
    let ended = [
        (StepId(1), StepEnd::Done(Some(ID.into()))),
        (StepId(2), StepEnd::Failed(fault)),
        (StepId(3), StepEnd::NotTried(Some(WHITELIST.parse().unwrap()))),
    ];
    let told = outcome(&plan, &ended.into(), "Apply", Look { width: 80, colour: false });
    golden!("incomplete", format!("{}\n{}", told.troubles, told.summary));
}

#[test]
fn the_json_holds_what_the_text_shows() {
    let json = super::json(&three_steps());
    assert_eq!(json["counts"]["create"], 3);
    assert_eq!(json["changes"][0]["address"], ENDPOINT);
    assert_eq!(
        json["steps"][2],
        json!({"id": "s3", "action": "create", "address": ENDPOINT, "after": ["s1", "s2"]})
    );
    assert!(json.get("fingerprints").is_none());
}

#[test]
fn a_hidden_value_that_changes_is_a_change_in_every_form() {
    let changes = differs("description", Shown::Sensitive, Shown::Sensitive);
    let stays = Difference { same: true, ..changes.clone() };
    let shown = |format: Format, difference: &Difference| {
        format.render(&update(SERVICE, vec![difference.clone()]), &Surroundings::default())
    };
    for (format, sign, plain) in [
        (Format::Text, "~ description  (sensitive) -> (sensitive)", "    description  (sensitive)"),
        (
            Format::Markdown,
            "- description  (sensitive)\n+ description  (sensitive)",
            "  description  (sensitive)",
        ),
        (Format::TerraformText, "~ description = (sensitive value)", "  description = (sensitive value)"),
    ] {
        let words = |text: String| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let squeezed = |text: &str| text.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
        let (moves, rests) =
            (squeezed(&words(shown(format, &changes))), squeezed(&words(shown(format, &stays))));
        assert!(moves.contains(&squeezed(sign)), "{format:?}: {moves}");
        assert!(!rests.contains(&squeezed(sign)), "{format:?}: {rests}");
        assert!(rests.contains(&squeezed(plain)), "{format:?}: {rests}");
    }
}
