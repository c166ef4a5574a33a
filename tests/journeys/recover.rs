//! The state is gone, in part or whole: what is there comes back under its addresses, and the next plan
//! is empty. Nothing in the cloud is touched.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use landbridge::ops::{self, Recovered, Recovery};
use landbridge::plan::{Answer, Answers};
use landbridge::resource::Address;
use landbridge::state::Recorded;
use landbridge::state::files::{Files, MemoryFiles};

use super::scenario;
use super::story::LINK;
use crate::common::{Journey, settled};

const JOURNAL: &str = "state/payments-link/journal";

/// Looks for what is lost; whatever cannot be told is answered from what was recorded before.
pub(crate) async fn recovered(journey: &Journey, before: &Recorded) -> (Recovered, usize) {
    let mut answers = Answers::default();
    loop {
        match settled(ops::recover(&journey.workspace(), answers.clone()).await) {
            Recovery::Clear(found) => return (*found, answers.0.len()),
            Recovery::Unclear { questions, told } => {
                assert_eq!(questions.len(), told.len());
                for address in questions.into_iter().flat_map(|(addresses, _)| addresses) {
                    let object = before.object(&address).map(|object| object.id.clone());
                    let again = answers.0.insert(address, Answer { object, place: None });
                    assert_eq!(again, None, "it is asked once");
                }
            }
        }
    }
}

/// Recovers everything, and shows that nothing was changed and nothing is left to do.
pub(crate) async fn recover(journey: &Journey, before: &Recorded) -> usize {
    let world = journey.sim.world().to_yaml();
    let (found, asked) = recovered(journey, before).await;
    settled(ops::agree(&journey.workspace(), found).await);
    assert_eq!(journey.sim.world().to_yaml(), world, "the cloud is as it was");
    assert_eq!(ids(&journey.recorded()), ids(before));
    assert_eq!(journey.recorded().outputs, before.outputs);
    journey.assert_converged().await;
    asked
}

pub(crate) fn ids(recorded: &Recorded) -> BTreeMap<Address, String> {
    recorded.objects.iter().map(|(address, object)| (address.clone(), object.id.clone())).collect()
}

/// The link, applied; and what was recorded then.
async fn applied(text: &str) -> (Journey, Recorded) {
    let journey = Journey::new(text);
    journey.apply().await;
    let before = journey.recorded();
    (journey, before)
}

#[tokio::test(start_paused = true)]
async fn a_state_that_is_gone_comes_back_whole() {
    let (mut journey, before) = applied(LINK).await;
    journey.files = MemoryFiles::new();
    let (found, asked) = recovered(&journey, &before).await;
    assert!(journey.recorded().objects.is_empty(), "nothing is written before the user agrees");
    assert_eq!((found.found.len(), found.missing.len(), found.strays.len(), asked), (4, 0, 0, 0));
    let endpoint = &found.found.iter().find(|(a, _)| a.to_string() == "vpcep_endpoint.shop").unwrap().1;
    assert!(endpoint.evidence.contains("leads to vpcep_service.payments"), "{}", endpoint.evidence);
    recover(&journey, &before).await;
    journey.destroy().await;
}

/// In either cloud, and in a stack across both: all of it is found, nothing has to be asked.
#[tokio::test(start_paused = true)]
async fn a_state_of_any_cloud_comes_back_and_what_it_recorded_is_exported_no_more() {
    for scenario in &scenario::ALL {
        let mut journey = scenario.journey();
        journey.apply().await;
        let before = journey.recorded();
        journey.files = MemoryFiles::new();
        assert_eq!(recover(&journey, &before).await, 0, "{}", scenario.name);
        let exported = settled(ops::export(&journey.workspace(), &ops::Filter::default()).await);
        assert!(exported.addresses.is_empty(), "{}: {}", scenario.name, exported.text);
        // A state that lacks one object of each cloud.
        for accept in scenario.accepts {
            let address: Address = accept.parse().expect("an address");
            journey.files = MemoryFiles::new();
            let (found, _) = recovered(&journey, &before).await;
            assert!(found.found.iter().any(|(a, _)| *a == address), "{}: {accept}", scenario.name);
        }
        recover(&journey, &before).await;
        journey.destroy().await;
        scenario.assert_gone(&journey, "destroyed after it was recovered");
    }
}

/// Three endpoints that are alike in everything, each with its acceptance.
fn twins() -> String {
    let each = "shop:\n      for_each: '${toset([\"a\", \"b\", \"c\"])}'\n";
    LINK.replace("vpcep_endpoint:\n    shop:\n", &format!("vpcep_endpoint:\n    {each}"))
        .replace("vpcep_accept:\n    shop:\n", &format!("vpcep_accept:\n    {each}"))
        .replace("${vpcep_endpoint.shop.id}", "${vpcep_endpoint.shop[each.key].id}")
        .replace("${vpcep_endpoint.shop.ip}", "${vpcep_endpoint.shop[\\\"b\\\"].ip}")
}

#[tokio::test(start_paused = true)]
async fn what_is_alike_is_asked_and_never_guessed() {
    let (mut journey, before) = applied(&twins()).await;
    journey.files = MemoryFiles::new();
    let Recovery::Unclear { questions, told } =
        settled(ops::recover(&journey.workspace(), Answers::default()).await)
    else {
        panic!("nobody can tell");
    };
    assert_eq!(questions.iter().map(|(a, o)| (a.len(), o.len())).collect::<Vec<_>>(), [(3, 3)]);
    assert!(told[0].hint.contains("'vpcep_endpoint.shop[\"a\"]': "), "{}", told[0].hint);
    assert_eq!(recover(&journey, &before).await, 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_desired_no_more_is_a_stray_and_what_is_not_there_is_made() {
    let (mut journey, before) = applied(LINK).await;
    journey.files = MemoryFiles::new();
    // The endpoint is not desired any more, and a second service never was there.
    let from = journey.text.find("  vpcep_endpoint:\n").unwrap();
    journey.text.truncate(from);
    journey.edit("  vpcep_service:\n", "  vpcep_service:\n    second: { provider: owner, vpc_id: 4189d3c2-8882-4871-a3c2-d380272eed80, port_id: 4189d3c2-8882-4871-a3c2-d380272eed88, server_type: LB, service_name: two, ports: [{ client_port: 1, server_port: 1 }] }\n");
    let (found, _) = recovered(&journey, &before).await;
    assert_eq!(found.strays.len(), 1);
    assert_eq!(found.strays[0].kind.as_str(), "vpcep_endpoint");
    let missing: Vec<String> = found.missing.iter().map(ToString::to_string).collect();
    assert_eq!(missing, ["vpcep_service.second"]);
    settled(ops::agree(&journey.workspace(), found).await);
    assert_eq!(journey.changes().await.len(), 1);
    journey.apply().await;
    assert_eq!(journey.sim.world().endpoints.len(), 1, "a stray is left alone");
}

#[tokio::test(start_paused = true)]
async fn what_others_changed_is_told_and_stays_for_the_next_apply() {
    let (mut journey, before) = applied(LINK).await;
    journey.files = MemoryFiles::new();
    journey.meddle(|world| world.services[0].approval_enabled = false).await;
    let (found, _) = recovered(&journey, &before).await;
    let service = &found.found.iter().find(|(a, _)| a.kind().as_str() == "vpcep_service").unwrap().1;
    assert!(
        service.evidence.contains("likely") && service.evidence.contains("approval_enabled differs"),
        "{}",
        service.evidence
    );
    settled(ops::agree(&journey.workspace(), found).await);
    assert_eq!(journey.changes().await, ["update vpcep_service.payments (approval_enabled)"]);
}

#[tokio::test(start_paused = true)]
async fn every_partial_loss_ends_in_an_empty_plan() {
    type Loss = fn(&Journey);
    let losses: [(&str, Loss); 5] = [
        ("the state is empty", |j| j.files.tamper(Path::new("state/payments-link/state.json"), Vec::clear)),
        ("the state is cut off", |j| {
            j.files.tamper(Path::new("state/payments-link/state.json"), |bytes| bytes.truncate(300));
        }),
        ("the state has a changed byte", |j| {
            j.files.tamper(Path::new("state/payments-link/state.json"), |bytes| bytes[500] ^= 1);
        }),
        ("the state and its newest copy are damaged", |j| {
            j.files.tamper(Path::new("state/payments-link/state.json"), Vec::clear);
            j.files.tamper(Path::new("state/payments-link/history/000002.json"), Vec::clear);
        }),
        ("all copies are damaged", |j| {
            for name in ["state.json", "history/000001.json", "history/000002.json"] {
                j.files.tamper(&Path::new("state/payments-link").join(name), Vec::clear);
            }
        }),
    ];
    for (what, loss) in losses {
        // Two applies, so that the history has an older copy, without the endpoint.
        let mut journey = Journey::new(LINK);
        let from = journey.text.find("  vpcep_endpoint:\n").unwrap();
        journey.text.truncate(from);
        journey.apply().await;
        journey.text = LINK.to_owned();
        journey.apply().await;
        let before = journey.recorded();
        loss(&journey);
        assert!(ops::plan(&journey.workspace(), &Default::default()).await.is_err(), "{what}");
        recover(&journey, &before).await;
        let aside = journey.files.list(Path::new("state/payments-link")).unwrap();
        assert!(aside.iter().any(|name| name.starts_with("state.json.unusable")), "{what}: {aside:?}");
        journey.destroy().await;
    }
}

/// A link whose second apply was cut off: the service is in the state, the endpoint in the journal alone.
async fn cut_off() -> Journey {
    let mut journey = Journey::new(LINK);
    let from = journey.text.find("  vpcep_endpoint:\n").unwrap();
    journey.text.truncate(from);
    journey.apply().await;
    journey.edit("client_port: 443", "client_port: 8443");
    journey.apply().await;
    journey.text = LINK.replace("client_port: 443", "client_port: 8443");
    drop(tokio::time::timeout(Duration::from_millis(900), journey.try_apply(&Default::default())).await);
    assert_eq!(journey.sim.world().endpoints.len(), 1);
    assert!(journey.recorded().object(&"vpcep_endpoint.shop".parse().unwrap()).is_some());
    journey
}

/// Another link of the same stack in another cloud: its files are of another lineage, its objects elsewhere.
async fn elsewhere() -> Journey {
    let other = cut_off().await;
    other.apply().await;
    other.destroy().await;
    other.apply().await;
    other
}

#[tokio::test(start_paused = true)]
async fn whatever_became_of_the_journal_nothing_is_lost_or_made_twice() {
    type Loss = fn(&Journey);
    let losses: [(&str, bool, Loss); 4] = [
        ("its end is torn off", true, |j| {
            j.files.tamper(Path::new(JOURNAL), |all| all.truncate(all.len() - 20))
        }),
        ("it is gone", true, |j| drop(j.files.remove(Path::new(JOURNAL)))),
        ("a byte in it has changed", false, |j| j.files.tamper(Path::new(JOURNAL), |all| all[400] ^= 1)),
        ("the state beside it is another one", false, |j| {
            let older = j.files.read(Path::new("state/payments-link/history/000001.json"), 1 << 20).unwrap();
            j.files.tamper(Path::new("state/payments-link/state.json"), |all| *all = older.unwrap());
        }),
    ];
    for (what, usable, loss) in losses {
        let journey = cut_off().await;
        loss(&journey);
        assert_eq!(ops::plan(&journey.workspace(), &Default::default()).await.is_ok(), usable, "{what}");
        let (found, _) = recovered(&journey, &Recorded::default()).await;
        settled(ops::agree(&journey.workspace(), found).await);
        journey.apply().await;
        journey.assert_converged().await;
        assert_eq!((journey.count("create_endpoint"), journey.count("create_service")), (1, 1), "{what}");
        journey.destroy().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_of_another_lineage_lets_go_of_what_is_not_here() {
    let (mut journey, before) = applied(LINK).await;
    journey.files = elsewhere().await.files;
    assert_ne!(ids(&journey.recorded()), ids(&before), "it records other objects");
    let (found, _) = recovered(&journey, &before).await;
    assert!(found.gone.iter().any(|(a, _)| a.to_string() == "vpcep_service.payments"), "{:?}", found.gone);
    settled(ops::agree(&journey.workspace(), found).await);
    assert_eq!(ids(&journey.recorded()), ids(&before));
    assert_eq!(journey.changes().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_the_configuration_imports_is_said_already() {
    let (mut journey, before) = applied(&twins()).await;
    journey.files = MemoryFiles::new();
    let imports: String = before
        .objects
        .iter()
        .filter(|(address, _)| address.kind().as_str() == "vpcep_endpoint")
        .map(|(address, object)| format!("  - {{ to: '{address}', id: {} }}\n", object.id))
        .collect();
    journey.text = format!("{}imports:\n{imports}", journey.text);
    assert_eq!(recover(&journey, &before).await, 0, "nothing is asked");
    // What it names was replaced since, and is not there: the import says nothing any more.
    journey.files = MemoryFiles::new();
    let shop: Address = "vpcep_endpoint.shop[\"a\"]".parse().unwrap();
    journey.text =
        journey.text.replace(&before.object(&shop).unwrap().id, "00000000-0000-4000-8000-000000000000");
    assert_eq!(recover(&journey, &before).await, 0, "the only one that is left");
}

#[tokio::test(start_paused = true)]
async fn an_old_state_learns_what_happened_since() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    let old = journey.files.copy();
    // The endpoint is replaced, so the old state names one that is gone.
    journey.edit("enable_dns: true", "enable_dns: false");
    journey.apply().await;
    let before = journey.recorded();
    journey.files = old;
    let (found, _) = recovered(&journey, &before).await;
    assert!(found.gone.iter().any(|(a, _)| a.to_string() == "vpcep_endpoint.shop"), "{:?}", found.gone);
    settled(ops::agree(&journey.workspace(), found).await);
    assert_eq!(ids(&journey.recorded()), ids(&before));
    assert_eq!(journey.changes().await, [""; 0]);
    // What is recorded and there is left as it is.
    let (found, _) = recovered(&journey, &before).await;
    assert!(found.is_empty() && found.kept.len() == 4);
}

/// What a run made that was cut off is ours, although no address has it yet.
#[tokio::test(start_paused = true)]
async fn what_an_interrupted_run_made_is_no_stray() {
    let journey = Journey::new(LINK);
    journey.faults(&[
        "{ operation: create_endpoint, lose_answer: true }",
        "{ operation: list_endpoints, hide: 10m }",
    ]);
    drop(tokio::time::timeout(Duration::from_secs(9), journey.try_apply(&Default::default())).await);
    journey.faults(&[]);
    assert_eq!((journey.sim.world().endpoints.len(), journey.recorded().pending.len()), (1, 1));
    tokio::time::sleep(Duration::from_secs(600)).await;
    let (found, _) = recovered(&journey, &Recorded::default()).await;
    assert_eq!(found.strays, []);
    assert!(
        found.notes.iter().any(|note| note.starts_with("vpcep_endpoint.shop was begun")),
        "{:?}",
        found.notes
    );
    journey.apply().await;
    journey.assert_converged().await;
    assert_eq!(journey.count("create_endpoint"), 1);
}

/// An answer under a misspelt key would be none; what the answers leave over is as good as they are.
#[tokio::test(start_paused = true)]
async fn every_answer_is_to_a_question() {
    let (mut journey, before) = applied(&twins()).await;
    journey.files = MemoryFiles::new();
    let answers = |keys: [(&str, &str); 2]| {
        let answer = |(key, of): (&str, &str)| {
            let name = |key: &str| format!("vpcep_endpoint.shop[\"{key}\"]").parse::<Address>().unwrap();
            let object = Some(before.object(&name(of)).unwrap().id.clone());
            (name(key), Answer { object, place: None })
        };
        Answers(keys.into_iter().map(answer).collect())
    };
    let failure = ops::recover(&journey.workspace(), answers([("aa", "a"), ("c", "c")])).await;
    let Err(ops::Failure::Diagnostics(told)) = failure else { panic!("refused") };
    assert!(told[0].detail.contains("vpcep_endpoint.shop[\"aa\"] that looks for"), "{told:?}");
    assert!(told[0].hint.contains("vpcep_endpoint.shop[\"a\"], vpcep_endpoint.shop[\"b\"]"), "{told:?}");
    let found = settled(ops::recover(&journey.workspace(), answers([("a", "a"), ("c", "c")])).await);
    let Recovery::Clear(found) = found else { panic!("two answers are enough") };
    let of = |key: &str| {
        let address: Address = format!("vpcep_endpoint.shop[\"{key}\"]").parse().unwrap();
        found.found.iter().find(|(a, _)| *a == address).map(|(_, adopted)| adopted.evidence.clone()).unwrap()
    };
    assert_eq!(of("a"), "you say so");
    assert!(of("b").starts_with("your answers leave nothing else"), "{}", of("b"));
}

#[tokio::test(start_paused = true)]
async fn answers_that_cannot_be_right_are_refused() {
    let (mut journey, _) = applied(LINK).await;
    let answer = |id: &str| Answer { object: Some(id.to_owned()), place: None };
    let asked = |address: &str, id: &str| Answers([(address.parse().unwrap(), answer(id))].into());
    for (address, id, why) in
        [("vpcep_endpoint.shop", "x", "is recorded with"), ("vpcep_endpoint.nobody", "x", "has no resource")]
    {
        let failure = ops::recover(&journey.workspace(), asked(address, id)).await.expect_err("refused");
        assert!(failure.to_string().contains(why), "{failure}");
    }
    journey.files = MemoryFiles::new();
    for (address, id, why) in [
        ("vpcep_service.payments", "x", "which no address has"),
        ("vpcep_accept.shop", "x", "is found by that"),
    ] {
        let failure = ops::recover(&journey.workspace(), asked(address, id)).await.expect_err("refused");
        assert!(failure.to_string().contains(why), "{failure}");
    }
}
