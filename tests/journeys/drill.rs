//! Something is lost on the twin, and comes back there: of each kind, through each provider, in part, all of it, the
//! state. Neither the cloud nor the state knows of it.

use std::collections::BTreeSet;
use std::path::Path;

use landbridge::ops::{self, Drilled, Losses};
use landbridge::sim::Settings;
use landbridge::state::files::Files;

use super::scenario;
use super::story::LINK;
use crate::common::estate::Estate;
use crate::common::{Journey, settled, tally};

async fn drilled(journey: &Journey, losses: &Losses) -> Drilled {
    let world = journey.sim.world_yaml();
    let folder = Path::new("state").join(journey.parse().expect("a configuration").stack);
    let names = |journey: &Journey| journey.files.list(&folder).expect("names");
    let (before, files) = (journey.recorded(), names(journey));
    let drill = settled(ops::drill(&journey.workspace(), losses, &[]).await);
    let drilled = settled(drill.run().await);
    assert_eq!(journey.sim.world_yaml(), world, "the cloud is as it was");
    assert_eq!((journey.recorded(), names(journey)), (before, files), "the state is as it was");
    drilled
}

fn all() -> Losses {
    Losses { all: true, ..Losses::default() }
}

async fn assert_back(journey: &Journey, losses: &Losses, about: &str) -> Drilled {
    let drilled = drilled(journey, losses).await;
    assert!(drilled.is_success(), "{about}, {losses:?}: {:?} {:?}", drilled.left, drilled.broken_off);
    drilled
}

#[tokio::test(start_paused = true)]
async fn each_loss_comes_back_in_each_cloud() {
    for scenario in &scenario::ALL {
        let journey = scenario.journey();
        journey.apply().await;
        let recorded = journey.recorded();
        let kinds: BTreeSet<_> = recorded.objects.keys().map(|address| address.kind().clone()).collect();
        for kind in kinds {
            let losses = Losses { kinds: [kind.clone()].into(), ..Losses::default() };
            let drilled = assert_back(&journey, &losses, scenario.name).await;
            assert!(drilled.lost.iter().all(|address| *address.kind() == kind) && !drilled.lost.is_empty());
            assert!(drilled.calls.writes.values().sum::<u64>() > 0, "{kind} was lost: {:?}", drilled.calls);
        }
        let providers: BTreeSet<_> =
            recorded.objects.values().map(|object| object.provider.clone()).collect();
        for provider in providers {
            let losses = Losses { providers: [provider].into(), ..Losses::default() };
            assert_back(&journey, &losses, scenario.name).await;
        }
        for seed in 0..4 {
            let losses = Losses { share: Some(50), seed, state: seed % 2 == 1, ..Losses::default() };
            let drilled = assert_back(&journey, &losses, scenario.name).await;
            assert_eq!(drilled.lost.len(), recorded.objects.len().div_ceil(2));
        }
        let drilled =
            assert_back(&journey, &Losses { state: true, ..Losses::default() }, scenario.name).await;
        assert_eq!(drilled.recovered, Some(recorded.objects.len()), "{}", scenario.name);
        assert!(drilled.calls.writes.is_empty(), "nothing was lost but the state: {:?}", drilled.calls);
        let drilled = assert_back(&journey, &Losses { state: true, ..all() }, scenario.name).await;
        assert_eq!((drilled.recovered, drilled.lost.len()), (Some(0), recorded.objects.len()));
        assert_back(&journey, &all(), scenario.name).await;
    }
}

/// All of an estate is lost at once.
#[tokio::test(start_paused = true)]
async fn an_estate_comes_back() {
    let estate = Estate::or_small(12);
    let journey = estate.journey(Settings::default());
    journey.apply().await;
    let drilled = assert_back(&journey, &all(), "estate").await;
    assert_eq!(drilled.lost.len(), estate.resources());
    let (writes, reads) =
        (drilled.calls.writes.values().sum::<u64>(), drilled.calls.reads.values().sum::<u64>());
    tally(drilled.took.as_secs(), "virtual seconds to bring an estate back");
    tally(writes, "writing calls to bring an estate back");
    tally(reads, "reading calls to bring an estate back");
    // A service, its whitelist, four endpoints, four acceptances each; nothing twice.
    assert_eq!(writes, u64::try_from(estate.resources()).expect("small"));
    assert!(reads < 5 * writes, "{reads} reading calls, {writes} writing ones");
}

#[tokio::test(start_paused = true)]
async fn what_stands_in_the_way_of_a_recovery_is_told() {
    let mut journey = Journey::new(LINK);
    journey.apply().await;
    // Somebody has the ports of the service by the time it is to be made again.
    journey
        .meddle(|world| {
            let mut other = world.services[0].clone();
            other.id = "11111111-2222-4333-8444-555555555555".parse().expect("an id");
            world.services[0].ports[0].server_port = 9000;
            world.services.push(other);
        })
        .await;
    let drilled = drilled(&journey, &all()).await;
    assert!(!drilled.is_success());
    let (why, _) = drilled.broken_off.expect("a reason");
    assert!(why.contains("8443"), "{why}");
    assert_eq!(drilled.left.len(), 4, "{:?}", drilled.left);

    // Alike in everything: which is which, only a person can say.
    journey = Journey::new(LINK);
    journey.edit(
        "    shop:\n      provider: shop\n",
        "    shop:\n      for_each: '${toset([\"a\", \"b\"])}'\n      provider: shop\n",
    );
    let from = journey.text.find("  vpcep_accept:").expect("the acceptance");
    journey.text.truncate(from);
    journey.apply().await;
    let drilled = self::drilled(&journey, &Losses { state: true, ..Losses::default() }).await;
    assert!(drilled.is_success(), "{:?} {:?}", drilled.broken_off, drilled.left);
    let asked: Vec<String> = drilled.asked.iter().map(ToString::to_string).collect();
    assert_eq!(asked, ["vpcep_endpoint.shop[\"a\"]", "vpcep_endpoint.shop[\"b\"]"]);
    // A place that nothing uses need not answer.
    let spare = "providers:\n  spare: { type: huaweicloud, region: tr-west-9, auth: { access_key: a, secret_key: b } }\n";
    journey.edit("providers:\n", spare);
    let drilled = self::drilled(&journey, &Losses { state: true, ..Losses::default() }).await;
    assert!(drilled.is_success(), "{:?} {:?}", drilled.broken_off, drilled.left);

    for (losses, said) in [
        (
            Losses { kinds: ["vpcep_accept".into()].into(), ..Losses::default() },
            "nothing of kind `vpcep_accept`",
        ),
        (Losses { providers: ["nobody".into()].into(), ..Losses::default() }, "under provider `nobody`"),
    ] {
        let refused =
            ops::drill(&journey.workspace(), &losses, &[]).await.err().expect("a refusal").to_string();
        assert!(refused.contains(said), "{refused}");
    }
    let empty = Journey::new(LINK);
    let refused = ops::drill(&empty.workspace(), &all(), &[]).await.err().expect("a refusal").to_string();
    assert!(refused.contains("nothing is recorded"), "{refused}");
}
