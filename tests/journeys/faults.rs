//! What goes wrong on the way: nothing is lost, nothing is made twice.

use std::time::Duration;

use landbridge::apply::Stopper;
use landbridge::ops::{self, PlanOptions};
use landbridge::plan::{Approval, StepEnd};

use super::scenario;
use super::story::LINK;
use crate::common::{Journey, failures, settled};

fn assert_one_of_each(journey: &Journey, what: &str) {
    scenario::ALL[0].assert_one_of_each(journey, what);
}

/// Trouble that a run gets over by itself, in any cloud.
#[tokio::test(start_paused = true)]
async fn a_run_gets_over_trouble() {
    for link in &scenario::ALL {
        for rule in [
            "{ error: $throttled, every: 3 }",
            "{ error: { status: 429, retry_after: 1 }, every: 3 }",
            "{ operation: $make_service, lose_answer: true, nth: 1 }",
            "{ operation: $make_endpoint, lose_answer: true, nth: 1 }",
            "{ operation: $make_endpoint, error: { status: 504, done: true }, nth: 1 }",
            "{ operation: $make_service, cut: true, nth: 1 }",
            "{ operation: $whitelist, lose_answer: true, nth: 1 }",
            "{ operation: $decide, lose_answer: true, nth: 1 }",
            "{ operation: $get, error: { status: 503 }, every: 2 }",
            "{ operation: $list, hide: 20s }",
            "{ operation: $make_endpoint, cut_at: 10, nth: 1 }",
            "{ operation: $list_endpoints, cut_at: 10, every: 2 }",
        ] {
            let rules: Vec<String> = link.clouds.iter().map(|words| words.say(rule)).collect();
            let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
            let journey = link.journey();
            journey.faults(&rules);
            let applied = settled(journey.try_apply(&PlanOptions::default()).await);
            assert!(applied.is_success(), "{} {rules:?}: {:#?}", link.name, failures(&applied.report));
            journey.faults(&[]);
            journey.assert_converged().await;
            link.assert_one_of_each(&journey, rule);
            journey.destroy().await;
            link.assert_gone(&journey, rule);
        }
    }
}

/// A creation that is never answered, and of which nothing shows, is given up for this run.
#[tokio::test(start_paused = true)]
async fn a_creation_that_never_gets_through_is_given_up() {
    let journey = Journey::new(LINK);
    journey.faults(&["{ operation: create_endpoint, cut: true }"]);
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    assert!(!applied.is_success());
    assert_eq!(journey.count("create_endpoint"), 5, "tried again, and not without an end");
    assert!(journey.recorded().pending.is_empty(), "it is known that nothing was made");
    journey.faults(&[]);
    journey.apply().await;
    assert_one_of_each(&journey, "after it was given up");
}

/// What was made as late as its answer was given up still has all the time that it may take to show.
#[tokio::test(start_paused = true)]
async fn what_is_made_late_is_not_made_twice() {
    for rules in [
        // No answer comes within the time that a request is given; the cloud makes it later than that.
        &["{ operation: create_endpoint, latency: 100s, count: 1 }"][..],
        // Held back for long, then its answer is lost, then it does not show.
        &[
            "{ operation: create_endpoint, error: { status: 429, retry_after: 25 }, count: 3 }",
            "{ operation: create_endpoint, lose_answer: true, nth: 4 }",
            "{ operation: list_endpoints, hide: 50s }",
        ],
    ] {
        let journey = Journey::new(LINK);
        journey.faults(rules);
        let applied = settled(journey.try_apply(&PlanOptions::default()).await);
        assert!(applied.is_success(), "{rules:?}: {:#?}", failures(&applied.report));
        journey.faults(&[]);
        journey.assert_converged().await;
        assert_one_of_each(&journey, rules[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_cloud_calls_failed_is_replaced_by_the_next_plan() {
    let journey = Journey::new(LINK);
    journey.faults(&[
        "{ operation: create_endpoint, fail: { code: EndPoint.2001, message: no address is left }, nth: 1 }",
    ]);
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    assert!(
        failures(&applied.report).iter().any(|f| f.contains("no address is left")),
        "{:?}",
        applied.report
    );
    let changes = journey.changes().await;
    assert!(changes.iter().any(|c| c.starts_with("replace vpcep_endpoint.shop")), "{changes:?}");
    journey.apply().await;
    assert_one_of_each(&journey, "after a failed creation");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_ran_out_is_resumed_not_rebuilt() {
    let mut journey = Journey::new(LINK);
    journey.edit("enable_dns: true\n", "enable_dns: true\n      timeouts: { create: 1m }\n");
    journey.faults(&["{ operation: create_endpoint, slow: 5m }"]);
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    assert!(failures(&applied.report).iter().any(|f| f.contains("nothing is lost")), "{:?}", applied.report);
    let changes = journey.changes().await;
    assert!(changes.iter().any(|c| c.starts_with("await vpcep_endpoint.shop")), "{changes:?}");
    tokio::time::sleep(Duration::from_secs(240)).await;
    journey.apply().await;
    assert_eq!(journey.count("create_endpoint"), 1);
    assert_one_of_each(&journey, "after a slow creation");
}

/// What is still being made is ended once it is made.
#[tokio::test(start_paused = true)]
async fn what_is_still_being_made_can_be_destroyed() {
    let mut journey = Journey::new(LINK);
    journey.edit("tags: { team: payments }\n", "tags: { team: payments }\n      timeouts: { create: 1m }\n");
    journey.faults(&["{ operation: create_service, slow: 5m }"]);
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    assert!(!applied.is_success());
    journey.destroy().await;
    assert!(journey.sim.world().services.is_empty());
}

/// What an interrupted creation is recognised by may fit another one too, which has no other.
#[tokio::test(start_paused = true)]
async fn creations_that_fit_each_other_find_their_own() {
    // The same endpoint with tags, which the first does not ask for; it comes first in the record.
    let start = LINK.find("    shop:\n      provider: shop").expect("there");
    let end = LINK.find("  vpcep_accept:").expect("there");
    let tagged = LINK[start..end].replacen("shop:", "tagged:", 1) + "      tags: { of: us }\n";
    let text = [&LINK[..end], &tagged, &LINK[end..]].concat();
    for ms in (1500..3200).step_by(100) {
        let journey = Journey::new(&text);
        journey.faults(&["{ latency: 200ms }"]);
        let all = PlanOptions::default();
        drop(tokio::time::timeout(Duration::from_millis(ms), journey.try_apply(&all)).await);
        journey.faults(&[]);
        journey.apply().await;
        let endpoints = journey.sim.world().endpoints;
        assert_eq!(endpoints.len(), 2, "{ms}");
        assert_eq!(endpoints.iter().filter(|e| !e.tags.is_empty()).count(), 1, "{ms}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_run_is_taken_up_wherever_it_stopped() {
    for link in &scenario::ALL {
        for ms in (0..60).map(|n| n * 83) {
            let journey = link.journey();
            journey.faults(&["{ latency: 40ms }"]);
            let all = PlanOptions::default();
            let run = journey.try_apply(&all);
            drop(tokio::time::timeout(Duration::from_millis(ms), run).await);
            journey.faults(&[]);
            journey.apply().await;
            link.assert_one_of_each(&journey, &format!("dropped after {ms} ms"));
            // The same on the way down.
            journey.faults(&["{ latency: 40ms }"]);
            let options = PlanOptions { mode: landbridge::plan::PlanMode::Destroy, ..PlanOptions::default() };
            drop(tokio::time::timeout(Duration::from_millis(ms), journey.try_apply(&options)).await);
            journey.faults(&[]);
            journey.destroy().await;
            link.assert_gone(&journey, &format!("destroyed, dropped after {ms} ms"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_gently_and_now() {
    let moments = [(1, 0), (1, 700), (2, 700), (1, 2000), (2, 2000), (2, 2600)];
    for (link, (times, ms)) in scenario::ALL.iter().flat_map(|link| moments.map(|moment| (link, moment))) {
        let journey = link.journey();
        let workspace = journey.workspace();
        let planned = settled(ops::plan(&workspace, &PlanOptions::default()).await);
        let approved = planned.plan.approve(Approval::Automatic).expect("approved");
        let (events, _heard) = tokio::sync::mpsc::unbounded_channel();
        let (stopper, cancel) = Stopper::new();
        let run = ops::apply(&workspace, approved, planned.secrets, events, cancel);
        let ask = async {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            for _ in 0..times {
                stopper.ask();
            }
        };
        let (applied, ()) = tokio::join!(run, ask);
        let applied = settled(applied);
        assert!(applied.report.stopped, "{times} {ms}");
        if times == 1 {
            let unknown = applied.report.ended.values().any(|e| matches!(e, StepEnd::Uncertain(_)));
            assert!(!unknown, "running steps end: {:?}", applied.report.ended);
        }
        journey.apply().await;
        link.assert_one_of_each(&journey, "after it was stopped");
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_accounts_and_vanished_blocks_stop_the_plan() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey.edit("  shop: { type: huaweicloud,", "  shop: { type: huaweicloud, sim_account: logistics,");
    let refused = journey.plan_with(&PlanOptions::default()).await.expect_err("another account");
    assert!(refused.to_string().contains("Wrong account, project or region"), "{refused}");
    journey.edit(" sim_account: logistics,", "");
    let whole = journey.text.clone();
    let end = journey.text.find("  vpcep_endpoint:").expect("there");
    journey.text.truncate(end);
    let line = whole.lines().find(|l| l.starts_with("  shop: {")).expect("there");
    journey.edit(line, "");
    let refused = journey.plan_with(&PlanOptions::default()).await.expect_err("no block");
    assert!(refused.to_string().contains("A provider block vanished"), "{refused}");
    journey.text = whole;
    journey.assert_converged().await;
}

/// Many services, each with its whitelist and endpoints: refreshing costs pages, not objects.
#[tokio::test(start_paused = true)]
async fn a_refresh_costs_what_was_promised() {
    let mut text = String::from(
        "stack: wide\nproviders:\n  owner: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: b } }\n  shop: { type: huaweicloud, region: tr-west-1, auth: { access_key: a, secret_key: b } }\nvariables:\n  all: { type: map(number), default: {",
    );
    for n in 0..18 {
        text.push_str(&format!(" s{n}: {},", 8000 + n));
    }
    text.push_str(" z: 9000 } }\nresources:\n  vpcep_service:\n    s:\n      for_each: ${var.all}\n      provider: owner\n      vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80\n      port_id: 4189d3c2-8882-4871-a3c2-d380272eed88\n      server_type: LB\n      ports: [{ client_port: 443, server_port: \"${each.value}\" }]\n  vpcep_whitelist:\n    s:\n      for_each: ${var.all}\n      provider: owner\n      endpoint_service_id: ${vpcep_service.s[each.key].id}\n      permissions: [\"iam:domain::5fc973eea581490997e82ea11a1df31f\"]\n  vpcep_endpoint:\n    s:\n      for_each: ${var.all}\n      provider: shop\n      endpoint_service_id: ${vpcep_service.s[each.key].id}\n      vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4\n      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de\n  vpcep_accept:\n    s:\n      for_each: ${var.all}\n      provider: owner\n      endpoint_service_id: ${vpcep_service.s[each.key].id}\n      endpoint_id: ${vpcep_endpoint.s[each.key].id}\n");
    let journey = Journey::new(&text);
    journey.apply().await;
    let before: u64 = journey.sim.request_counts().values().sum();
    journey.plan().await;
    let after = journey.sim.request_counts();
    let identities: u64 = 2 * 2;
    let promised = 1 + 1 + 19 + 19 + identities;
    assert!(after.values().sum::<u64>() - before <= promised, "{after:?}");
}
