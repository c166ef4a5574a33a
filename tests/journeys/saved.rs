//! Saved plans: the same bytes, done exactly, or refused with what moved.

use std::time::Duration;

use landbridge::apply::Stopper;
use landbridge::ops::{self, Applied, Failure, PlanOptions};
use landbridge::plan::compare::{Departure, departures};
use landbridge::plan::{Approval, Secrets, planfile};

use super::story::LINK;
use crate::common::{Journey, settled};

async fn saved(journey: &Journey) -> String {
    planfile::write(&journey.plan().await.plan)
}

async fn apply_saved(journey: &Journey, text: &str) -> Result<Applied, Failure> {
    let plan = planfile::read(text.as_bytes()).expect("a plan");
    let approved = plan.approve(Approval::Saved)?;
    let (events, _heard) = tokio::sync::mpsc::unbounded_channel();
    let (_stopper, cancel) = Stopper::new();
    ops::apply(&journey.workspace(), approved, Secrets::default(), events, cancel).await
}

async fn refusal(journey: &Journey, text: &str) -> String {
    let writes = journey.count("create_service") + journey.count("update_service");
    let refused = apply_saved(journey, text).await.expect_err("stale");
    assert_eq!(journey.count("create_service") + journey.count("update_service"), writes, "nothing was done");
    refused.to_string()
}

#[tokio::test(start_paused = true)]
async fn a_saved_plan_is_done_or_refused() {
    let mut journey = Journey::new(LINK);
    let first = saved(&journey).await;
    assert_eq!(first, saved(&journey).await, "the same bytes");
    let applied = settled(apply_saved(&journey, &first).await);
    assert!(applied.is_success());
    journey.assert_converged().await;
    assert!(refusal(&journey, &first).await.contains("it was carried out already"));

    journey.edit("client_port: 443", "client_port: 444");
    let second = saved(&journey).await;
    assert_eq!(second, saved(&journey).await, "the same bytes");
    let text = journey.text.clone();
    journey.edit("client_port: 444", "client_port: 445");
    assert!(refusal(&journey, &second).await.contains("configuration or a variable has changed"));
    journey.text = text;
    let world = journey.sim.world();
    journey.meddle(|w| w.services[0].tags.clear()).await;
    let moved = refusal(&journey, &second).await;
    assert!(moved.contains("vpcep_service.payments (tags)"), "{moved}");
    journey.meddle(|w| *w = world).await;
    let real = second.replace("\"simulated\": true", "\"simulated\": false");
    assert!(planfile::read(real.as_bytes()).is_err(), "an edited plan is no plan");
    assert!(settled(apply_saved(&journey, &second).await).is_success());
    journey.assert_converged().await;
}

#[tokio::test(start_paused = true)]
async fn a_saved_plan_resumes_after_a_cut() {
    for ms in (0..20).map(|n| n * 250) {
        let journey = Journey::new(LINK);
        let plan = saved(&journey).await;
        journey.faults(&["{ latency: 40ms }"]);
        let cut = tokio::time::timeout(Duration::from_millis(ms), apply_saved(&journey, &plan)).await;
        journey.faults(&[]);
        if cut.is_err() {
            let applied = settled(apply_saved(&journey, &plan).await);
            assert!(applied.is_success(), "{ms} ms: {:?}", applied.report);
        }
        journey.assert_converged().await;
        let world = journey.sim.world();
        assert_eq!((world.services.len(), world.endpoints.len()), (1, 1), "{ms} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn one_writer_at_a_time() {
    let journey = Journey::new(LINK);
    let all = PlanOptions::default();
    let first = journey.try_apply(&all);
    let second = async {
        tokio::time::sleep(Duration::from_millis(900)).await;
        journey.try_apply(&PlanOptions::default()).await
    };
    let (first, second) = tokio::join!(first, second);
    assert!(settled(first).is_success());
    let refused = second.expect_err("locked").to_string();
    assert!(refused.contains("apply") && refused.contains("tester"), "{refused}");
    journey.assert_converged().await;
}

#[tokio::test(start_paused = true)]
async fn a_new_plan_is_compared_by_its_effects() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    let converged = journey.text.clone();
    journey.edit("client_port: 443", "client_port: 444");
    let approved = journey.plan().await.plan;

    // The state moves on, and comes back to the same: another plan, but not another effect.
    let wished = std::mem::replace(&mut journey.text, converged);
    journey.edit("team: payments", "team: billing").apply().await;
    journey.text = wished;
    journey.edit("client_port: 444", "client_port: 443").apply().await;
    journey.edit("client_port: 443", "client_port: 444");
    let fresh = journey.plan().await.plan;
    assert_ne!(planfile::digest(&approved), planfile::digest(&fresh));
    assert_eq!(departures(&approved, &fresh), []);

    // What somebody else did meanwhile would be undone, and nobody approved that.
    journey.meddle(|w| w.services[0].tags.clear()).await;
    let told = departures(&approved, &journey.plan().await.plan);
    let [Departure::Attribute { attribute, approved: None, now: Some(_), .. }] = &told[..] else {
        panic!("{told:#?}")
    };
    assert_eq!(attribute, "tags");
    journey.edit("client_port: 444", "client_port: 443");
    let told = departures(&approved, &journey.plan().await.plan);
    assert_eq!(told.len(), 2, "the ports stay, the tags move: {told:#?}");
}
