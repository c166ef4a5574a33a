//! Provider blocks that are reached without encryption.

use landbridge::diagnostic::Diagnostic;
use landbridge::ops::{self, PlanOptions};
use landbridge::plan::Answers;

use super::story::LINK;
use crate::common::{Journey, settled};

/// What a plan of the stack warns of, were its blocks not simulated.
async fn warnings(journey: &Journey) -> Vec<Diagnostic> {
    let mut workspace = journey.workspace();
    workspace.simulated = false;
    let planned = settled(ops::plan(&workspace, &PlanOptions::default()).await);
    let drifted = settled(ops::drift(&workspace, Answers::default()).await);
    assert!(
        drifted.diagnostics.len() <= planned.plan.diagnostics.len(),
        "a drift contacts no more blocks than a plan"
    );
    planned.plan.diagnostics
}

#[tokio::test(start_paused = true)]
async fn a_plan_warns_of_what_travels_without_encryption() {
    let mut journey = Journey::new(LINK);
    journey.edit("${env.NOT_NEEDED}", "secret");
    assert_eq!(warnings(&journey).await, []);
    let own = "shop: { type: huaweicloud, endpoint: \"http://HOST/vpcep\", iam_endpoint: \"http://HOST\",";
    journey.edit("shop: { type: huaweicloud,", &own.replace("HOST", "127.0.0.1:8080"));
    assert_eq!(warnings(&journey).await, [], "what stays on this machine");
    journey.edit("127.0.0.1:8080", "vpcep.example.com");
    let warnings = warnings(&journey).await;
    let told: Vec<_> = warnings.iter().map(|w| (w.summary.as_str(), &w.detail)).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|(summary, _)| *summary == "Sent without encryption"), "{told:?}");
    assert!(told[0].1.starts_with("`endpoint` of the provider `shop` is an http address"), "{told:?}");
    assert!(told[1].1.starts_with("`iam_endpoint` of"), "{told:?}");
    let place = warnings[0].place.as_ref().expect("a place");
    assert!(journey.text[place.start..].starts_with("\"http://vpcep"), "{place:?}");
    assert_eq!(journey.plan().await.plan.diagnostics, [], "nothing leaves for a simulated cloud");
}
