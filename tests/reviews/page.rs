//! The page of each of the six plans: whole, quiet about secrets, safe with hostile names. What a
//! browser makes of such pages is tested in `tests/conformance/page`.

use landbridge::plan::{Plan, planfile};
use landbridge::review::{Format, Surroundings};

use super::plans::{CANARY, SIX, Sample};

/// The plan with every text of a kind exchanged for one that would be markup or script.
fn hostile(plan: &Plan) -> Plan {
    let evil = [
        ("payments-link", "</title><script>alert(1)</script>"),
        ("team", "\\\"><img src=x onerror=alert(2)>"),
        ("landbridge.yaml", "'><svg/onload=alert(3)>.yaml"),
        ("owner", "<!--owner"),
    ];
    let mut text = planfile::write(plan);
    text = evil.iter().fold(text, |text, (from, to)| text.replace(from, to));
    let json: serde_json::Value = serde_json::from_str(&text).expect("still JSON");
    let mut plan = plan.clone();
    plan.stack = json["stack"].as_str().expect("a stack").to_owned();
    plan.changes = serde_json::from_value(json["changes"].clone()).expect("changes");
    plan.picture = serde_json::from_value(json["picture"].clone()).expect("a picture");
    plan.risk = serde_json::from_value(json["risk"].clone()).expect("a risk");
    plan
}

#[test]
fn each_page_holds_every_change_and_no_secret() {
    for Sample { name, plan } in SIX.iter() {
        let page = Format::Html.render(plan, &Surroundings::default());
        assert!(!page.contains(CANARY), "{name} shows a secret");
        for change in &plan.changes {
            let address = change.address.to_string().replace('"', "&quot;");
            assert!(page.contains(&format!("data-address=\"{address}\"")), "{name} lacks {address}");
        }
        assert_eq!(page, Format::Html.render(plan, &Surroundings::default()), "the same bytes");
        assert!(page.len() < 8 << 20, "{name} has {} bytes", page.len());
    }
}

#[test]
fn what_comes_from_a_plan_is_never_markup() {
    for Sample { name, plan } in SIX.iter() {
        let page = Format::Html.render(&hostile(plan), &Surroundings::default());
        assert_eq!(page.matches("<script").count(), 1, "{name}");
        for bad in ["<img", "<svg/", "<!--", "alert(1)</script>"] {
            assert!(!page.contains(bad), "{name} holds {bad}");
        }
    }
}
