//! Creations whose answer got lost: found again by evidence, by a mark, or by what the user says.

use std::collections::BTreeMap;
use std::time::Duration;

use landbridge::ops::{Failure, PlanOptions};
use landbridge::plan::{Answer, Answers, PlanMode, Selection};
use landbridge::sim::World;

use super::story::LINK;
use crate::common::{Journey, failures, selecting, settled};

const SHOP: &str = "vpcep_endpoint.shop";

/// Lets a run begin, and drops it while these rules hold.
async fn cut_off(journey: &Journey, options: &PlanOptions, rules: &[&str], seconds: u64) {
    journey.faults(rules);
    drop(tokio::time::timeout(Duration::from_secs(seconds), journey.try_apply(options)).await);
    journey.faults(&[]);
}

/// A run that is cut off after the endpoint was made and before anybody knows its id.
async fn endpoint_without_answer(text: &str) -> Journey {
    let journey = Journey::new(text);
    let rules =
        ["{ operation: create_endpoint, lose_answer: true }", "{ operation: list_endpoints, hide: 10m }"];
    cut_off(&journey, &PlanOptions::default(), &rules, 9).await;
    assert_eq!((journey.sim.world().endpoints.len(), journey.recorded().pending.len()), (1, 1));
    journey
}

/// Somebody else makes an endpoint like ours, but for what our intent does not say.
fn twin(world: &mut World) {
    let mut other = world.endpoints[0].clone();
    other.id = "0f0f0f0f-0000-4000-8000-000000000001".parse().expect("an id");
    other.marker_id += 1;
    other.ip = None;
    other.description = "theirs".to_owned();
    other.tags.clear();
    other.created_at += jiff::SignedDuration::from_secs(1);
    world.endpoints.push(other);
}

fn answering(address: &str, id: Option<&str>) -> PlanOptions {
    let answer = Answer { object: id.map(str::to_owned), place: None };
    let answers = Answers(BTreeMap::from([(address.parse().expect("an address"), answer)]));
    selecting(Selection { answers, ..Selection::default() })
}

async fn told(journey: &Journey, options: &PlanOptions) -> Vec<String> {
    match journey.plan_with(options).await {
        Err(Failure::Diagnostics(all)) => {
            all.iter().map(|d| format!("{}\n{}\n{}", d.summary, d.detail, d.hint)).collect()
        }
        other => panic!("the plan should ask: {other:?}"),
    }
}

async fn left_open(journey: &Journey, options: &PlanOptions) -> Vec<String> {
    let planned = settled(journey.plan_with(options).await);
    planned.plan.left_open.iter().map(|f| format!("{} {}: {}", f.begun, f.address, f.evidence)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_only_object_that_fits_is_taken_and_the_plan_says_why() {
    let journey = endpoint_without_answer(LINK).await;
    let id = journey.sim.world().endpoints[0].id;
    assert_eq!(
        left_open(&journey, &PlanOptions::default()).await,
        [format!(
            "create {SHOP}: it made {id}, the only object that fits: no address has it, it is not older and is \
             as wanted in enable_whitelist, endpoint_service_id, subnet_id, vpc_id"
        )]
    );
    journey.apply().await;
    assert_eq!((journey.count("create_endpoint"), journey.sim.world().endpoints.len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_told_apart_is_for_the_user_to_say() {
    let journey = endpoint_without_answer(LINK).await;
    let own = journey.sim.world().endpoints[0].id.to_string();
    journey.meddle(twin).await;
    let theirs = journey.sim.world().endpoints.iter().map(|e| e.id.to_string()).find(|id| *id != own);
    let theirs = theirs.expect("the twin");

    // Everything to answer with is in the question.
    let asked = told(&journey, &PlanOptions::default()).await;
    assert_eq!(asked.len(), 1, "{asked:?}");
    for part in
        ["cannot be told apart", &own, &theirs, "made 2026-03-01T08", "description: theirs", "--answers"]
    {
        assert!(asked[0].contains(part), "{part}: {asked:?}");
    }
    let ready =
        asked[0].lines().find(|line| line.starts_with(&format!("  {SHOP}: "))).expect("an answer to copy");
    assert_eq!(ready, format!("  {SHOP}: {own}"));

    // An answer that cannot be right is none.
    let wrong = told(&journey, &answering(SHOP, Some("some-other-id"))).await;
    assert!(
        wrong[0].starts_with("An answer that cannot be right") && wrong[0].contains(&theirs),
        "{wrong:?}"
    );
    let idle = told(&journey, &answering("vpcep_service.payments", Some(&own))).await;
    assert!(idle[0].starts_with("An answer to no question"), "{idle:?}");

    let options = answering(SHOP, Some(&own));
    assert_eq!(left_open(&journey, &options).await, [format!("create {SHOP}: it made {own}: you say so")]);
    let applied = settled(journey.try_apply(&options).await);
    assert!(applied.is_success(), "{:#?}", failures(&applied.report));
    journey.assert_converged().await;
    assert_eq!(journey.recorded().objects[&SHOP.parse().expect("an address")].id, own);
    assert_eq!(journey.count("create_endpoint"), 1);
    // The answer was for that one time.
    assert!(told(&journey, &options).await[0].starts_with("An answer to no question"));
    journey.destroy().await;
    let left: Vec<String> = journey.sim.world().endpoints.iter().map(|e| e.id.to_string()).collect();
    assert_eq!(left, [theirs], "what is somebody else's stays");
}

#[tokio::test(start_paused = true)]
async fn the_user_may_say_that_nothing_was_made() {
    let journey = endpoint_without_answer(LINK).await;
    let before = journey.sim.world().endpoints[0].id.to_string();
    let options = answering(SHOP, None);
    assert_eq!(left_open(&journey, &options).await, [format!("create {SHOP}: it made nothing: you say so")]);
    let applied = settled(journey.try_apply(&options).await);
    assert!(applied.is_success(), "{:#?}", failures(&applied.report));
    journey.assert_converged().await;
    assert_ne!(journey.recorded().objects[&SHOP.parse().expect("an address")].id, before);
}

/// Each way in which an author may speak of tags, with `mark: true`.
#[tokio::test(start_paused = true)]
async fn a_mark_makes_the_evidence_certain_and_never_shows() {
    let marked = LINK.replace("type: huaweicloud,", "type: huaweicloud, mark: true,");
    for tags in ["", "      tags: {}\n", "      tags: { team: shop }\n"] {
        let text = marked.replace("      enable_dns: true\n", &format!("      enable_dns: true\n{tags}"));
        let mut journey = endpoint_without_answer(&text).await;
        let own = journey.sim.world().endpoints[0].clone();
        assert!(own.tags.iter().any(|tag| tag.key == "landbridge_mark"), "{:?}", own.tags);
        // A twin without the mark, or with somebody else's, changes nothing.
        journey.meddle(twin).await;
        journey
            .meddle(|world| {
                let mut third = world.endpoints[1].clone();
                third.id = "0f0f0f0f-0000-4000-8000-000000000002".parse().expect("an id");
                third.marker_id += 1;
                third.tags = own.tags.clone();
                third.tags.retain_mut(|tag| {
                    tag.value.push('0');
                    tag.key == "landbridge_mark"
                });
                world.endpoints.push(third);
            })
            .await;
        let id = own.id;
        assert_eq!(
            left_open(&journey, &PlanOptions::default()).await,
            [format!("create {SHOP}: it made {id}, which carries its mark")]
        );
        journey.apply().await;
        assert_eq!(journey.recorded().objects[&SHOP.parse().expect("an address")].id, id.to_string());

        // It shows nowhere, and outlives changes of the tags.
        if tags.contains("team") {
            journey.edit("tags: { team: shop }", "tags: { team: till, site: a }");
        } else {
            journey
                .edit("      enable_dns: true\n", "      enable_dns: true\n      whitelist: [10.1.0.0/16]\n");
        }
        let planned = journey.plan().await;
        assert_eq!(planned.plan.changes.len(), 1, "{tags} {:?}", planned.plan.changes);
        assert!(!landbridge::plan::planfile::write(&planned.plan).contains("landbridge_mark"), "{tags}");
        journey.apply().await;
        assert_eq!(journey.drift().await, Vec::<String>::new(), "{tags}");
        let recorded = serde_json::to_string(&journey.recorded().objects).expect("JSON");
        assert!(!recorded.contains("landbridge_mark"), "{tags} {recorded}");
        let world = journey.sim.world();
        let now = world.endpoints.iter().find(|e| e.id == id).expect("ours");
        assert!(now.tags.iter().any(|tag| tag.key == "landbridge_mark"), "{tags} {:?}", now.tags);
    }
}

/// A refresh that finds what was made forgets nothing of what its intent said.
#[tokio::test(start_paused = true)]
async fn what_a_refresh_adopts_is_recorded_as_it_was_begun() {
    let text = LINK.replace(
        "      enable_dns: true\n",
        "      enable_dns: true\n      lifecycle: { prevent_destroy: true }\n",
    );
    let journey = endpoint_without_answer(&text).await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    let begun = journey.recorded().pending.into_values().next().expect("a creation").begun.binding;
    assert!(begun.prevent_destroy && !begun.dependencies.is_empty() && !begun.arguments.is_empty());
    let refresh = PlanOptions { mode: PlanMode::RefreshOnly, ..PlanOptions::default() };
    settled(journey.try_apply(&refresh).await);
    let recorded = journey.recorded();
    let shop = &recorded.objects[&SHOP.parse().expect("an address")];
    assert_eq!((&shop.dependencies, &shop.arguments), (&begun.dependencies, &begun.arguments));
    assert!(shop.prevent_destroy);
}

/// What is found again on its way, and is not wanted any more, is waited for before it is ended: the cloud
/// deletes nothing that it is still making.
#[tokio::test(start_paused = true)]
async fn what_is_still_being_made_ends_when_it_is() {
    let mut journey = Journey::new(LINK);
    let rules = [
        "{ operation: create_service, lose_answer: true, slow: 8m }",
        "{ operation: list_services, hide: 10m }",
    ];
    cut_off(&journey, &PlanOptions::default(), &rules, 9).await;
    assert_eq!((journey.sim.world().services.len(), journey.recorded().pending.len()), (1, 1));
    let from = journey.text.find("resources:").expect("resources");
    journey.text.truncate(from);
    let applied = settled(journey.try_apply(&PlanOptions::default()).await);
    assert!(applied.is_success(), "{:?}", failures(&applied.report));
    assert_eq!(journey.count("delete_service"), 1, "it is asked for when it can be done");
    assert!(journey.sim.world().services.is_empty());
}

/// Within one run, too: the twin is there before the answer is lost.
#[tokio::test(start_paused = true)]
async fn a_run_tells_its_own_object_by_the_mark() {
    let journey = Journey::new(&LINK.replace("type: huaweicloud,", "type: huaweicloud, mark: true,"));
    journey.faults(&["{ operation: 'create_*', lose_answer: true, count: 2 }"]);
    journey.apply().await;
    assert_eq!((journey.sim.world().services.len(), journey.sim.world().endpoints.len()), (1, 1));
}

/// Two creations of one run, and both answers lost: what fits both is not taken by the wrong one.
#[tokio::test(start_paused = true)]
async fn objects_that_fit_two_creations_go_to_their_own() {
    let two = LINK.replace(
        "      enable_dns: true\n",
        "      enable_dns: true\n    till:\n      provider: shop\n      endpoint_service_id: ${vpcep_service.payments.id}\n      vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4\n      subnet_id: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de\n      enable_dns: true\n      description: the till\n",
    );
    for rule in [
        "{ operation: create_endpoint, lose_answer: true, count: 2 }",
        "{ operation: create_endpoint, lose_answer: true, count: 1 }",
        "{ operation: create_endpoint, lose_answer: true, nth: 2 }",
        "{ operation: create_endpoint, cut: true, nth: 2 }",
    ] {
        let journey = Journey::new(&two);
        journey.faults(&[rule]);
        let applied = settled(journey.try_apply(&PlanOptions::default()).await);
        journey.faults(&[]);
        // Where it cannot be told which of the two was made, the run says so.
        let told = failures(&applied.report);
        assert!(
            told.iter().all(|f| f.contains("cannot be told for certain") || f.contains("NotTried")),
            "{rule} {told:?}"
        );
        let recorded = journey.recorded();
        let description = |name: &str| {
            let object =
                recorded.objects.get(&format!("vpcep_endpoint.{name}").parse().expect("an address"))?;
            Some(object.attributes.text("description").unwrap_or_default().to_owned())
        };
        assert!(description("till").is_none_or(|d| d == "the till"), "{rule}");
        assert!(description("shop").is_none_or(|d| d.is_empty()), "{rule}");
        if !rule.contains("cut:") {
            assert!(applied.is_success(), "{rule} {told:?}");
            journey.assert_converged().await;
        }
    }
}

/// Calls that can be repeated: the plan says what its reading shows of them.
#[tokio::test(start_paused = true)]
async fn what_became_of_changes_and_deletions_is_read_and_said() {
    let destroy = PlanOptions { mode: PlanMode::Destroy, ..PlanOptions::default() };
    let never = |operation: &str| format!("{{ operation: {operation}, latency: 5m }}");

    // A whitelist and an acceptance that were not done.
    for (operation, address) in
        [("'*permission*'", "vpcep_whitelist.tenants"), ("connection_action", "vpcep_accept.shop")]
    {
        let journey = Journey::new(LINK);
        cut_off(&journey, &PlanOptions::default(), &[&never(operation)], 60).await;
        let found = left_open(&journey, &PlanOptions::default()).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with(&format!("create {address}: the object does not show it in")),
            "{found:?}"
        );
        journey.apply().await;
    }

    // An update that was not done, and one that was.
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    journey.edit("client_port: 443", "client_port: 8443");
    cut_off(&journey, &PlanOptions::default(), &[&never("update_service")], 60).await;
    assert_eq!(
        left_open(&journey, &PlanOptions::default()).await,
        [
            "update vpcep_service.payments: the object does not show it in ports; what is still wanted is done again"
        ]
    );
    journey.meddle(|world| world.services[0].ports[0].client_port = 8443).await;
    assert_eq!(
        left_open(&journey, &PlanOptions::default()).await,
        ["update vpcep_service.payments: it was done: the object is as it was wanted"]
    );
    journey.apply().await;

    // A deletion that was not done, and one that was.
    cut_off(&journey, &destroy, &[&never("delete_endpoint")], 60).await;
    let found = left_open(&journey, &destroy).await;
    assert_eq!(
        found,
        [format!("delete {SHOP}: the object is still there, `accepted`; the deletion is asked for again")]
    );
    journey.meddle(|world| world.endpoints.clear()).await;
    assert_eq!(
        left_open(&journey, &destroy).await,
        [format!("delete {SHOP}: it was done: the cloud has the object no more")]
    );
    journey.destroy().await;
    assert!(journey.sim.world().services.is_empty());
}
