//! `plan`: desired, recorded and live, compared and decided.

use std::collections::BTreeSet;

use super::{Failure, Workspace, adoption, recover};
use crate::diagnostic::Diagnostic;
use crate::plan::adoption::Adoption;
use crate::plan::uncertain::{Clues, born};
use crate::plan::walk::{self, Situation, Walked};
use crate::plan::{self, Plan, PlanMode, Secrets, Selection, Verdict, uncertain};
use crate::policy;
use crate::provider::Effect;
use crate::refresh::{Live, Observation, Sight};
use crate::resource::{Address, ObjectId, ProviderName};
use crate::state::{self, Recorded, RecordedObject};

/// What kind of plan is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// The kind of plan.
    pub mode: PlanMode,
    /// What it is about.
    pub selection: Selection,
    /// Go by the record instead of reading live objects.
    pub no_refresh: bool,
    /// The plan is only shown, or applied at once: it goes without what reviewers and later runs need.
    pub passing: bool,
}

/// A plan, with what must not be in it.
#[derive(Debug)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// The values that it does not hold.
    pub secrets: Secrets,
    /// What the user should know about how the state was found.
    pub notes: Vec<String>,
    /// Whether an interrupted run left its journal. The next apply folds it in, even where nothing
    /// else is to do.
    pub unfinished: bool,
}

/// So often a walk may ask for more: a bound on chains of lookups.
const ROUNDS: usize = 100;

/// Makes a plan.
///
/// # Errors
/// Faults of the input, of the reading, of the state; guards.
pub async fn plan(workspace: &Workspace, options: &PlanOptions) -> Result<Planned, Failure> {
    let loaded = state::read(workspace.backend.as_ref())?;
    let unasked = options.selection.answers.unasked(&loaded.recorded.pending);
    if !unasked.is_empty() {
        return Err(unasked.into());
    }
    let mut adoption = Adoption::default();
    let (mut plan, secrets) = decide(workspace, options, &loaded.recorded, &mut adoption).await?;
    plan.verdict = judge(workspace, &plan)?;
    let notes = loaded.notes.iter().map(ToString::to_string).collect();
    Ok(Planned { plan, secrets, notes, unfinished: loaded.has_journal() })
}

/// What the rules of today say of a plan. Who only brings the record up to date asks no rule.
pub(super) fn judge(workspace: &Workspace, plan: &Plan) -> Result<Verdict, Vec<Diagnostic>> {
    if plan.mode == PlanMode::RefreshOnly {
        return Ok(Verdict::default());
    }
    let today = workspace.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    policy::evaluate(&workspace.policies, plan, today)
}

/// The journey from a record to a plan.
pub(super) async fn decide(
    workspace: &Workspace,
    options: &PlanOptions,
    recorded: &Recorded,
    adoption: &mut Adoption,
) -> Result<(Plan, Secrets), Failure> {
    let reader = workspace.reader();
    let configuration = workspace.configuration.as_ref();
    let mut live = Live::default();

    // What an interrupted run left open comes first.
    let mut resolution = loop {
        let kinds = known(workspace, uncertain::kinds_to_list(recorded));
        reader.identify(kinds.iter().map(|(provider, _)| provider.clone()), &mut live).await?;
        reader.list_candidates(kinds, &mut live).await?;
        let now = workspace.clock.now();
        let resolution = uncertain::resolve(Clues {
            recorded,
            live: &live,
            catalog: &workspace.catalog,
            answers: &options.selection.answers,
            now,
            settle: workspace.settle,
        })?;
        match resolution.wait_until {
            Some(until) => {
                let wait = until.duration_since(now).max(jiff::SignedDuration::from_secs(1));
                workspace.clock.sleep(wait.try_into().unwrap_or_default()).await;
            }
            None => break resolution,
        }
    };
    for (address, found) in &mut resolution.adopted {
        if let Some(pending) = recorded.pending.get(&found.begun) {
            reader.whole(&pending.begun.binding.provider, address.kind(), &mut found.object).await?;
        }
    }
    let recorded = resolution.bind(recorded);

    let objects = || recorded.every_object();
    let blocks: BTreeSet<ProviderName> =
        objects().filter_map(|(a, o)| walk::reading_block(configuration, a, o).cloned()).collect();
    reader.identify(blocks, &mut live).await?;
    if !options.no_refresh {
        let sights = |live: &Live| {
            let recorded_ones = objects().filter_map(|(a, o)| sight(workspace, a, o, live));
            recorded_ones.chain(half_done(workspace, &recorded, &resolution)).collect::<Vec<_>>()
        };
        reader.look(sights(&live), &mut live).await?;
        for (address, object) in objects() {
            if let Some(provider) = walk::reading_block(configuration, address, object) {
                live.share(provider, address.kind(), &object.id, &object.attributes);
            }
        }
        // What is so young that it need not show yet is not absent: it is looked for again when it
        // must show.
        let absent: BTreeSet<&ObjectId> = live
            .all_seen()
            .filter(|(_, observation)| **observation == Observation::Absent)
            .map(|(id, _)| id)
            .collect();
        let shows =
            objects().filter(|(_, o)| absent.contains(&o.id)).filter_map(|(_, o)| born(&o.attributes));
        let shows_by = shows.max().map(|at| at + workspace.settle);
        if let Some(wait) = shows_by.map(|by| by.duration_since(workspace.clock.now()))
            && wait.is_positive()
        {
            workspace.clock.sleep(wait.try_into().unwrap_or_default()).await;
            for seen in live.seen.values_mut() {
                seen.retain(|_, observation| *observation != Observation::Absent);
            }
            reader.look(sights(&live), &mut live).await?;
        }
    }

    let known: BTreeSet<&Address> = recorded.objects.keys().collect();
    let replace = plan::replaced(&options.selection.replace, &known)?;
    for _ in 0..ROUNDS {
        let with_found = adoption.bind(&recorded);
        let nothing_read = Live::default();
        let around = Situation {
            configuration,
            catalog: &workspace.catalog,
            recorded: &with_found,
            resolution: &resolution,
            live: &nothing_read,
            adoption,
            mode: options.mode,
            replace: &replace,
            now: workspace.clock.now(),
            // Rules look at the whole picture.
            passing: options.passing && workspace.policies.files.is_empty(),
        };
        let on = Situation { live: &live, ..around };
        match walk::walk(on)? {
            Walked::Done(proposal) => {
                let asks = match options.no_refresh {
                    true => BTreeSet::new(),
                    false => plan::preflight::asks(on, &proposal, &options.selection),
                };
                reader.ask(asks, &mut live).await?;
                let on = Situation { live: &live, ..around };
                return Ok(plan::lower(on, &proposal, &options.selection, workspace.simulated)?);
            }
            Walked::Needs(needs) => {
                reader.identify(needs.identities, &mut live).await?;
                reader.look(needs.sights, &mut live).await?;
                reader.look_up(needs.questions, &mut live).await?;
                let (wanted, live) = (needs.wanted, &mut live);
                if adoption.all {
                    recover::find(workspace, wanted, &recorded, &options.selection.answers, live, adoption)
                        .await?;
                } else {
                    adoption::named(workspace, wanted, &recorded, live, adoption).await?;
                }
            }
        }
    }
    Err(Failure::Diagnostics(vec![Diagnostic::error(
        "The lookups do not come to an end",
        format!("after {ROUNDS} rounds of reading there was still more to ask for; please report this"),
    )]))
}

/// Where a recorded object is to be seen: only where its identity says, so that nothing is looked
/// for in a wrong account.
fn sight(
    workspace: &Workspace,
    address: &Address,
    object: &RecordedObject,
    live: &Live,
) -> Option<(Sight, Option<String>)> {
    let provider = walk::reading_block(&workspace.configuration, address, object)?;
    if live.identities.get(provider) != Some(&object.identity) {
        return None; // the walk reports it
    }
    let schema = workspace.catalog.schema(&address.block);
    let parent = walk::parent_of(schema, |name| object.attributes.text(name).map(str::to_owned));
    let sight = Sight { provider: provider.clone(), kind: address.kind().clone(), id: object.id.clone() };
    Some((sight, parent))
}

/// Where it shows what became of the calls that can be repeated.
fn half_done<'r>(
    workspace: &'r Workspace,
    recorded: &'r Recorded,
    resolution: &'r uncertain::Resolution,
) -> impl Iterator<Item = (Sight, Option<String>)> + 'r {
    resolution.repeatable.iter().filter_map(|seq| {
        let pending = recorded.pending.get(seq)?;
        let sight = uncertain::sight_of(&workspace.configuration, recorded, &workspace.catalog, pending)?;
        let schema = workspace.catalog.schema(&pending.begun.address.block);
        let parent = walk::parent_of(schema, |name| {
            let (Effect::Create { want: known }
            | Effect::Update { have: known, .. }
            | Effect::Delete { have: known, .. }) = &pending.begun.effect;
            known.text(name).map(str::to_owned)
        });
        Some((sight, parent))
    })
}

/// The kinds to list whose provider block is still there; of the others the walk says that it is not.
fn known<K>(workspace: &Workspace, kinds: BTreeSet<(ProviderName, K)>) -> Vec<(ProviderName, K)> {
    kinds.into_iter().filter(|(p, _)| workspace.configuration.providers.contains_key(p)).collect()
}
