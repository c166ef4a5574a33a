//! The region is gone, or a stack moves: what stood through some provider blocks is made anew through
//! others, and then becomes the stack's own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use landbridge::apply::Stopper;
use landbridge::config::{self, Mapping, Sources};
use landbridge::diagnostic::Diagnostic;
use landbridge::ops::rebuild::{self, Leaving, Moved, Providers, Rebuild};
use landbridge::ops::{self, Failure, PlanOptions, Workspace};
use landbridge::plan::{Approval, Limit, PlanMode};
use landbridge::provider::{self, Handler};
use landbridge::sim::{Simulator, World};
use landbridge::state;
use landbridge::state::files::{Loss, MemoryFiles, Mishap};
use landbridge::twin::Served;

use super::story::LINK;
use crate::common::{Journey, failures, settled, told};

/// The blocks of the other region, and of another account for the consumer.
const BLOCKS: &str = r#"
  owner-dr: { type: huaweicloud, region: eu-west-101, sim_account: owner }
  shop-dr: { type: huaweicloud, region: eu-west-101, sim_account: shop }
  courier: { type: huaweicloud, region: tr-west-1, sim_account: logistics }
resources:
"#;

/// What the ids are in the other region.
pub(crate) const VALUES: &str = "
4189d3c2-8882-4871-a3c2-d380272eed80: 5a89ded7-21cd-4c57-add8-59a0ee681571
port_id: { 4189d3c2-8882-4871-a3c2-d380272eed88: 625e68c5-4db1-4df0-ae8c-c4c8a1d23d94 }
vpcep_endpoint:
  vpc_id: { 84758cf5-9c62-43ae-a778-3dbd8370c0a4: cd63c5a9-c0fc-4649-a208-4cec323ee218 }
  subnet_id: { 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de: c998db2c-2152-4db7-a812-a4c25b35143b }
";

/// The ids of the first region's projects.
const PROJECTS: [&str; 2] = ["0f1e2d3c4b5a69788796a5b4c3d2e1f0", "62145616c4a940336fb637167623306e"];

pub(crate) const BOTH: [(&str, &str); 2] = [("owner", "owner-dr"), ("shop", "shop-dr")];

/// The link with the blocks of the other places declared.
pub(crate) fn link() -> Journey {
    Journey::new(&LINK.replace("\nresources:\n", BLOCKS))
}

fn sources(journey: &Journey) -> Sources {
    Sources { simulated: true, ..Sources::file("landbridge.yaml", &journey.text) }
}

fn values(text: &str) -> Mapping {
    config::mapping(&"dr.yaml".into(), text.as_bytes(), &provider::catalog()).expect("values")
}

/// A rebuild that is ready to be planned, with the configuration as it is to be.
async fn prepare(
    workspace: &Workspace,
    journey: &Journey,
    map: &[(&str, &str)],
    mapping: &str,
) -> Result<(Rebuild, String), Failure> {
    let providers: Providers = map.iter().map(|(old, new)| ((*old).into(), (*new).into())).collect();
    let survey = rebuild::survey(workspace, providers, values(mapping)).await?;
    let sources = sources(journey);
    let relocated = survey.relocation.edit(&sources, &workspace.configuration);
    let (elsewhere, _) = config::parse(&relocated.sources, &workspace.catalog)?;
    let unmapped = survey.relocation.unmapped(&workspace.configuration, &elsewhere, &workspace.catalog);
    if !unmapped.is_empty() {
        return Err(unmapped.into());
    }
    let text = String::from_utf8(relocated.sources.files[0].1.clone()).expect("text");
    Ok((rebuild::rebuild(workspace, survey, elsewhere).await?, text))
}

/// Plans and applies on a state of its own.
async fn carry_out(workspace: &Workspace, mode: PlanMode) -> Result<bool, Failure> {
    let planned = ops::plan(workspace, &PlanOptions { mode, ..PlanOptions::default() }).await?;
    let approved = planned.plan.approve_beyond(Approval::Automatic, &Limit::ALL)?;
    let (events, _heard) = tokio::sync::mpsc::unbounded_channel();
    let (_stopper, cancel) = Stopper::new();
    let applied = ops::apply(workspace, approved, planned.secrets, events, cancel).await?;
    match applied.is_success() || applied.report.broken.is_some() {
        true => Ok(applied.is_success()),
        false => panic!("{:#?}", failures(&applied.report)),
    }
}

/// Makes everything anew, as the command does; gives the map and the configuration as it is to be.
pub(crate) async fn made_anew(
    workspace: &Workspace,
    journey: &Journey,
    map: &[(&str, &str)],
    mapping: &str,
) -> Result<(Vec<Moved>, String), Failure> {
    let (mut rebuilt, text) = prepare(workspace, journey, map, mapping).await?;
    // What is shown before anything is written is what is done then.
    let shown = ops::plan(&rebuilt.workspace, &PlanOptions::default()).await?;
    shown.plan.clone().approve_beyond(Approval::Automatic, &Limit::ALL)?;
    rebuilt.begin().await?;
    let again = ops::plan(&rebuilt.workspace, &PlanOptions::default()).await?;
    assert_eq!(shown.plan.steps, again.plan.steps);
    if !carry_out(&rebuilt.workspace, PlanMode::Normal).await? {
        return Err(Failure::Other(anyhow::anyhow!("not everything could be made")));
    }
    Ok((rebuilt.moved()?, text))
}

pub(crate) async fn confirmed(workspace: &Workspace) -> Result<(), Failure> {
    let confirmation = rebuild::confirm(workspace).await?;
    rebuild::take_over(workspace, confirmation).await
}

/// Destroys what is not in the stack any more.
async fn left(mut leaving: Leaving) -> Result<(), Failure> {
    rebuild::leave(&mut leaving).await?;
    assert!(carry_out(&leaving.workspace, PlanMode::Destroy).await?);
    rebuild::discard(&leaving).await
}

fn refusal<T>(result: Result<T, Failure>) -> String {
    match result {
        Err(Failure::Refused { what, .. }) => what,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it is not refused"),
    }
}

fn faults<T>(result: Result<T, Failure>) -> Vec<Diagnostic> {
    match result {
        Err(Failure::Diagnostics(faults)) => faults,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("there is no fault"),
    }
}

/// How many services and endpoints there are in the first region, and in the other one.
fn counts(world: &World) -> [(usize, usize); 2] {
    let first = |project: &str| PROJECTS.contains(&project);
    let services = world.services.iter().filter(|s| first(&s.project)).count();
    let endpoints = world.endpoints.iter().filter(|e| first(&e.project)).count();
    [(services, endpoints), (world.services.len() - services, world.endpoints.len() - endpoints)]
}

#[tokio::test(start_paused = true)]
async fn a_stack_moves_to_another_region_and_the_old_objects_go_when_the_user_says_so() {
    let mut journey = link();
    journey.apply().await;
    let before = journey.recorded();
    let (moved, text) = settled(made_anew(&journey.workspace(), &journey, &BOTH, VALUES).await);
    assert_eq!(counts(&journey.sim.world()), [(1, 1), (1, 1)], "what was there is there");
    assert_eq!(journey.recorded(), before, "the stack's own state is as it was");
    let endpoint =
        moved.iter().find(|one| one.address.to_string() == "vpcep_endpoint.shop").expect("it moved");
    let (old, new) = (endpoint.before.as_ref().expect("it was"), endpoint.after.as_ref().expect("it is"));
    assert_eq!(moved.len(), 4);
    assert_eq!((old.identity.region.as_str(), new.identity.region.as_str()), ("tr-west-1", "eu-west-101"));
    assert_eq!(new.known_by.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["ip", "dns_names"]);

    // As long as the configuration says otherwise, confirming would only move it back.
    assert!(
        refusal(rebuild::confirm(&journey.workspace()).await).contains("not what the configuration says")
    );
    assert!(text.contains("provider: owner-dr"), "{text}");
    journey.text = text;
    settled(confirmed(&journey.workspace()).await);
    journey.assert_converged().await;
    assert_eq!(journey.recorded().revision.serial, before.revision.serial + 1);
    assert!(refusal(confirmed(&journey.workspace()).await).contains("no rebuild is under way"));
    let again = prepare(&journey.workspace(), &journey, &BOTH, VALUES).await;
    let told = again.err().expect("nothing is left to move").to_string();
    assert!(told.contains("nothing is declared or recorded through owner, shop"), "{told}");

    assert_eq!(
        journey.plan().await.notes,
        [
            "4 old objects of an earlier rebuild are still there: `landbridge rebuild --delete-old` deletes them, `--forget-old` lets go of them"
        ]
    );
    settled(left(settled(rebuild::old(&journey.workspace()))).await);
    assert_eq!(journey.plan().await.notes, [""; 0]);
    assert_eq!(counts(&journey.sim.world()), [(0, 0), (1, 1)]);
    assert!(refusal(rebuild::old(&journey.workspace())).contains("no objects of an earlier rebuild"));
    journey.assert_converged().await;
    journey.destroy().await;
    assert_eq!(counts(&journey.sim.world()), [(0, 0), (0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn what_refers_to_what_moves_is_made_anew_where_it_is() {
    let mut journey = link();
    journey.apply().await;
    let (rebuilt, _) = settled(prepare(&journey.workspace(), &journey, &BOTH[..1], VALUES).await);
    let following: Vec<String> = rebuilt.following.iter().map(ToString::to_string).collect();
    assert_eq!(following, ["vpcep_endpoint.shop"]);
    // An endpoint reaches services of its own region only, which is known before anything is done.
    let refused = made_anew(&journey.workspace(), &journey, &BOTH[..1], VALUES).await;
    assert!(refusal(refused).contains("Two regions"));

    // The service moves to another account of the same region.
    journey.edit(
        "  owner-dr: { type: huaweicloud, region: eu-west-101, sim_account: owner }",
        "  owner-dr: { type: huaweicloud, region: tr-west-1, sim_account: logistics }",
    );
    let other = "4189d3c2-8882-4871-a3c2-d380272eed80: 4efb5b79-ee6c-49f2-a960-e8af5e908fa2\n4189d3c2-8882-4871-a3c2-d380272eed88: 1892a026-fd0e-455e-a1ff-d8f1927d1f79\n";
    let (moved, text) = settled(made_anew(&journey.workspace(), &journey, &BOTH[..1], other).await);
    assert_eq!(moved.len(), 4, "{moved:#?}");
    assert_eq!(journey.sim.world().endpoints.len(), 2, "the old endpoint goes on serving");
    taken_over(&mut journey, text).await;
}

/// The edits are made, the rebuild is confirmed, and the old objects go: one endpoint is left.
async fn taken_over(journey: &mut Journey, text: String) {
    journey.text = text;
    settled(confirmed(&journey.workspace()).await);
    journey.assert_converged().await;
    settled(left(settled(rebuild::old(&journey.workspace()))).await);
    assert_eq!(journey.sim.world().endpoints.len(), 1);
    journey.assert_converged().await;
}

#[tokio::test(start_paused = true)]
async fn who_admits_an_account_admits_the_one_that_takes_its_place() {
    let mut journey = link();
    journey.apply().await;
    let map = [("shop", "courier")];
    let values = "84758cf5-9c62-43ae-a778-3dbd8370c0a4: 4efb5b79-ee6c-49f2-a960-e8af5e908fa2\n68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de: 6d12110b-a0c4-49c6-a147-561b796f5656\n";
    let (moved, text) = settled(made_anew(&journey.workspace(), &journey, &map, values).await);
    let names: Vec<String> = moved.iter().map(|one| one.address.to_string()).collect();
    assert_eq!(names, ["vpcep_accept.shop", "vpcep_endpoint.shop"], "the service stays, with its list");
    assert!(text.contains("shop: 7c2e4f6a8b0d1f3e5a7c9e1b3d5f7a90"), "{text}");
    let world = journey.sim.world();
    assert_eq!(
        world.permissions.iter().map(|p| p.permission.as_str()).collect::<Vec<_>>(),
        ["iam:domain::7c2e4f6a8b0d1f3e5a7c9e1b3d5f7a90"]
    );
    taken_over(&mut journey, text).await;
}

/// A cloud of which some projects answer nobody.
pub(crate) struct Unreachable(pub(crate) Simulator, pub(crate) Vec<String>);

impl Handler for Unreachable {
    fn handle(
        &self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, String>> + Send>> {
        let simulator = self.0.clone();
        let is_gone = self.1.iter().any(|project| request.uri().path().contains(project));
        Box::pin(async move {
            if is_gone {
                return Err("no route to host".to_owned());
            }
            Served(simulator).handle(request).await
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_that_answers_nobody_is_left_behind() {
    let mut journey = link();
    journey.apply().await;
    let gone = PROJECTS.map(str::to_owned).to_vec();
    let over =
        |journey: &Journey| journey.workspace_over(Arc::new(Unreachable(journey.sim.clone(), gone.clone())));
    let workspace = over(&journey);
    assert!(ops::plan(&workspace, &PlanOptions::default()).await.is_err(), "the region is gone");
    let (_, text) = settled(made_anew(&workspace, &journey, &BOTH, VALUES).await);
    journey.text = text;
    let workspace = over(&journey);
    settled(confirmed(&workspace).await);
    let planned = settled(ops::plan(&workspace, &PlanOptions::default()).await);
    assert!(planned.plan.is_empty() && planned.plan.steps.is_empty());
    assert_eq!(settled(rebuild::forget_old(&workspace).await).len(), 4);
    assert!(refusal(rebuild::old(&workspace)).contains("no objects of an earlier rebuild"));
}

#[tokio::test(start_paused = true)]
async fn with_the_state_gone_too_the_configuration_is_enough() {
    let mut journey = link();
    journey.apply().await;
    journey.files = MemoryFiles::new();
    let (moved, text) = settled(made_anew(&journey.workspace(), &journey, &BOTH, VALUES).await);
    assert!(moved.len() == 4 && moved.iter().all(|one| one.before.is_none()));
    journey.text = text;
    settled(confirmed(&journey.workspace()).await);
    journey.assert_converged().await;
    assert_eq!(counts(&journey.sim.world()), [(1, 1), (1, 1)]);
}

#[tokio::test(start_paused = true)]
async fn every_value_of_the_old_place_that_is_not_mapped_is_told_with_its_line() {
    let mut journey = link();
    journey.edit(
        "vpc_id: 84758cf5-9c62-43ae-a778-3dbd8370c0a4",
        "vpc_id: '${join(\"-\", [\"84758cf5\", \"9c62-43ae-a778-3dbd8370c0a4\"])}'",
    );
    journey.apply().await;
    let line = |text: &str| journey.text.lines().position(|line| line.contains(text)).expect("a line") + 1;
    let two = "4189d3c2-8882-4871-a3c2-d380272eed80: 5a89ded7-21cd-4c57-add8-59a0ee681571\n68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de: 68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de\n";
    let found = faults(prepare(&journey.workspace(), &journey, &BOTH, two).await.map(|_| ()));
    let lines: Vec<usize> = found.iter().map(|fault| fault.place.as_ref().expect("a place").line).collect();
    assert_eq!(lines, [line("port_id: "), line("vpc_id: '${join")], "{found:#?}");
    assert!(found[1].detail.contains("84758cf5-9c62-43ae-a778-3dbd8370c0a4"), "{}", found[1].detail);
}

#[tokio::test(start_paused = true)]
async fn a_rebuild_that_is_given_up_leaves_nothing_behind() {
    let journey = link();
    journey.apply().await;
    let before = (journey.sim.world(), journey.recorded());
    settled(made_anew(&journey.workspace(), &journey, &BOTH, VALUES).await);
    settled(left(settled(rebuild::abandoned(&journey.workspace()).await)).await);
    assert_eq!(counts(&journey.sim.world()), [(1, 1), (0, 0)]);
    assert_eq!(journey.sim.world().services, before.0.services);
    assert_eq!(journey.recorded(), before.1);
    assert!(refusal(rebuild::abandoned(&journey.workspace()).await).contains("no rebuild is under way"));
    journey.assert_converged().await;
}

#[tokio::test(start_paused = true)]
async fn a_rebuild_goes_on_as_it_was_begun_or_not_at_all() {
    let mut journey = link();
    journey.apply().await;
    let first = journey.text.clone();
    let (mut rebuilt, _) = settled(prepare(&journey.workspace(), &journey, &BOTH, VALUES).await);
    settled(rebuilt.begin().await);
    let other = prepare(&journey.workspace(), &journey, &BOTH[..1], VALUES).await;
    assert!(refusal(other).contains("another rebuild is under way: --map owner=owner-dr --map shop=shop-dr"));
    journey.edit("team: payments", "team: other");
    let refused = journey.try_apply(&PlanOptions::default()).await.expect_err("a rebuild is under way");
    assert!(refused.to_string().contains("A rebuild is under way"), "{refused}");
    journey.meddle(|world| world.services[0].tags.clear()).await;
    let refresh = PlanOptions { mode: PlanMode::RefreshOnly, ..PlanOptions::default() };
    settled(journey.try_apply(&refresh).await);
    let moved_on = prepare(&journey.workspace(), &journey, &BOTH, VALUES).await;
    assert!(refusal(moved_on).contains("the state has changed since the rebuild was begun"));
    // Nothing was made, so nothing is to be deleted.
    settled(left(settled(rebuild::abandoned(&journey.workspace()).await)).await);
    journey.text = first;
    settled(prepare(&journey.workspace(), &journey, &BOTH, VALUES).await);
}

/// The whole command, as often as it takes; each attempt is a process of its own.
async fn whole(journey: &mut Journey) -> Result<(), Failure> {
    let workspace = journey.workspace();
    if rebuild::confirm(&workspace).await.is_err() {
        let (_, text) = made_anew(&workspace, journey, &BOTH, VALUES).await?;
        journey.text = text;
    }
    confirmed(&journey.workspace()).await
}

#[tokio::test(start_paused = true)]
async fn killed_at_any_file_operation_the_same_command_goes_on() {
    let mut calm = link();
    calm.apply().await;
    let start = calm.copy();
    let first = calm.files.operations();
    settled(whole(&mut calm).await);
    let operations = calm.files.operations() - first;
    // Each is one of twenty, evenly spread over the whole.
    for kill in (0..20).map(|n| first + n * operations / 20) {
        let mut journey = start.copy();
        journey.files.fail_at(kill, Mishap::Killed);
        assert!(whole(&mut journey).await.is_err(), "operation {kill} kills");
        journey.files = journey.files.restart(Loss::Unsynced);
        // The edit of the text is not lost with the process that made it.
        let edited = journey.text != start.text;
        let confirmed_already =
            edited && journey.recorded().objects.values().all(|o| o.identity.region == "eu-west-101");
        if !confirmed_already {
            settled(whole(&mut journey).await);
        }
        journey.assert_converged().await;
        assert_eq!(counts(&journey.sim.world()), [(1, 1), (1, 1)], "killed at {kill}");
        settled(left(settled(rebuild::old(&journey.workspace()))).await);
        assert_eq!(counts(&journey.sim.world()), [(0, 0), (1, 1)], "killed at {kill}");
        assert_eq!(
            state::read(&journey.backend("payments-link")).expect("a state").recorded.verify(),
            Vec::<String>::new()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_plan_shows_only_what_is_made() {
    let journey = link();
    journey.apply().await;
    let (rebuilt, _) = settled(prepare(&journey.workspace(), &journey, &BOTH, VALUES).await);
    let planned = settled(ops::plan(&rebuilt.workspace, &PlanOptions::default()).await);
    let changes: Vec<String> = planned.plan.changes.iter().map(told).collect();
    assert!(changes.len() == 4 && changes.iter().all(|change| change.starts_with("create ")), "{changes:#?}");
}
