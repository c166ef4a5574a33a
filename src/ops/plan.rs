//! `plan`: desired, recorded and live, compared and decided.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::guess::{Ground, Guess};
use super::{Failure, Workspace, adoption, rebuild, recover, sights, unencrypted};
use crate::diagnostic::Diagnostic;
use crate::plan::adoption::Adoption;
use crate::plan::uncertain::{Clues, Resolution, born};
use crate::plan::walk::{self, Walked};
use crate::plan::{self, Plan, PlanMode, Secrets, Selection, Verdict, uncertain};
use crate::policy;
use crate::refresh::{Live, Observation, Sight};
use crate::resource::{Address, ObjectId, ProviderName};
use crate::state::{Recorded, RecordedObject};

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
    let loaded = workspace.ahead.or_read(&*workspace.backend).await?;
    let unasked = options.selection.answers.unasked(&loaded.recorded.pending);
    if !unasked.is_empty() {
        return Err(unasked.into());
    }
    let mut notes: Vec<String> = loaded.notes.iter().map(ToString::to_string).collect();
    notes.extend(rebuild::notes(&*workspace.backend));
    let unfinished = loaded.has_journal();
    let mut adoption = Adoption::default();
    let recorded = Arc::new(loaded.recorded);
    let (mut plan, secrets) = decide(workspace, options, recorded, &mut adoption).await?;
    if !options.no_refresh {
        let answers = workspace.reader().try_out(plan::preflight::dry_runs(&plan)).await?;
        plan::preflight::heard(&mut plan, answers);
    }
    if !workspace.simulated {
        let warnings = unencrypted::warnings(&workspace.configuration, plan.identities.keys());
        plan.diagnostics.extend(warnings);
    }
    if plan.mode != PlanMode::RefreshOnly && !plan.is_empty() {
        plan.diagnostics.extend(rebuild::keeps_from(&*workspace.backend));
    }
    plan.verdict = judge(workspace, &plan)?;
    Ok(Planned { plan, secrets, notes, unfinished })
}

/// What the rules of today say of a plan. Who only brings the record up to date asks no rule.
pub(super) fn judge(workspace: &Workspace, plan: &Plan) -> Result<Verdict, Vec<Diagnostic>> {
    if plan.mode == PlanMode::RefreshOnly {
        return Ok(Verdict::default());
    }
    let today = workspace.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    policy::evaluate(&workspace.policies, plan, today)
}

/// Asks where provider blocks lead. If something is wrong with one, what is wrong with the others is told
/// as well: whoever sets up an environment does it once.
async fn identify(
    workspace: &Workspace,
    names: impl IntoIterator<Item = ProviderName>,
    live: &mut Live,
) -> Result<(), Vec<Diagnostic>> {
    let Err(mut faults) = workspace.reader().identify(names, live).await else { return Ok(()) };
    let blocks = &workspace.configuration.blocks;
    let used: BTreeSet<&ProviderName> = blocks.values().map(|block| &block.provider).collect();
    for name in used {
        faults.extend(workspace.clouds.get(name).err().unwrap_or_default());
    }
    faults.sort_by(|a, b| a.place.cmp(&b.place));
    faults.dedup();
    Err(faults)
}

/// The journey from a record to a plan.
pub(super) async fn decide(
    workspace: &Workspace,
    options: &PlanOptions,
    recorded: Arc<Recorded>,
    adoption: &mut Adoption,
) -> Result<(Plan, Secrets), Failure> {
    let reader = workspace.reader();
    let mut live = Live::default();

    let resolution = resolved(workspace, options, &recorded, &mut live).await?;
    let recorded = match resolution.bind(&recorded) {
        Cow::Borrowed(_) => recorded,
        Cow::Owned(bound) => Arc::new(bound),
    };
    let known: BTreeSet<&Address> = recorded.objects.keys().collect();
    let replace = plan::replaced(&options.selection.replace, &known)?;
    let ground = Arc::new(Ground::new(workspace, options, recorded, resolution, replace));

    let objects = ground.recorded.every_object();
    let blocks: BTreeSet<&ProviderName> =
        objects.filter_map(|(a, o)| walk::reading_block(&workspace.configuration, a, o)).collect();
    identify(workspace, blocks.into_iter().cloned(), &mut live).await?;
    if !options.no_refresh
        && let Some(guess) = read_all(workspace, options, &ground, adoption, &mut live).await?
        && let Some(right) = guess.if_right(&live).await
    {
        return Ok(right);
    }

    for _ in 0..ROUNDS {
        let with_found = adoption.bind(&ground.recorded);
        let on = ground.situation(&with_found, &live, adoption);
        match walk::walk(on)? {
            Walked::Done(proposal) => {
                let asks = if options.no_refresh { BTreeSet::new() } else { ground.asks(on, &proposal) };
                reader.ask(asks, &mut live).await?;
                return Ok(ground.lower(ground.situation(&with_found, &live, adoption), &proposal)?);
            }
            Walked::Needs(needs) => {
                identify(workspace, needs.identities, &mut live).await?;
                reader.look(needs.sights, &mut live).await?;
                reader.look_up(needs.questions, &mut live).await?;
                let (wanted, live) = (needs.wanted, &mut live);
                if adoption.all {
                    let answers = &options.selection.answers;
                    recover::find(workspace, wanted, &ground.recorded, answers, live, adoption).await?;
                } else {
                    adoption::named(workspace, wanted, &ground.recorded, live, adoption).await?;
                }
            }
        }
    }
    Err(Failure::Diagnostics(vec![Diagnostic::error(
        "The lookups do not come to an end",
        format!("after {ROUNDS} rounds of reading there was still more to ask for; please report this"),
    )]))
}

/// What became of what an interrupted run left open.
async fn resolved(
    workspace: &Workspace,
    options: &PlanOptions,
    recorded: &Recorded,
    live: &mut Live,
) -> Result<Resolution, Failure> {
    let reader = workspace.reader();
    let mut resolution = loop {
        let kinds = sights::known(workspace, uncertain::kinds_to_list(recorded));
        reader.identify(kinds.iter().map(|(provider, _)| provider.clone()), live).await?;
        // An answer may be long on its way: it says what there was when it was asked for.
        let now = workspace.clock.now();
        reader.list_candidates(kinds, live).await?;
        let resolution = uncertain::resolve(Clues {
            recorded,
            live,
            catalog: &workspace.catalog,
            answers: &options.selection.answers,
            now,
            settle: workspace.settle,
        })?;
        match resolution.wait_until {
            Some(until) => {
                let wait =
                    until.duration_since(workspace.clock.now()).max(jiff::SignedDuration::from_secs(1));
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
    Ok(resolution)
}

/// Looks at every recorded object. For a large stack a plan is begun meanwhile.
async fn read_all(
    workspace: &Workspace,
    options: &PlanOptions,
    ground: &Arc<Ground>,
    adoption: &Adoption,
    live: &mut Live,
) -> Result<Option<Guess>, Failure> {
    let (reader, recorded) = (workspace.reader(), &*ground.recorded);
    // No answer says more than what there was when it was asked for.
    let began = workspace.clock.now();
    sights::acquaint(workspace, recorded);
    let objects = || recorded.every_object();
    let wanted = |live: &Live| {
        let recorded_ones = objects().filter_map(|(a, o)| sights::sight(workspace, a, o, live));
        recorded_ones.chain(sights::half_done(workspace, recorded, &ground.resolution)).collect::<Vec<_>>()
    };
    let mut first = wanted(live);
    // What others did is looked for in each object itself.
    let shown =
        |sight: &Sight| options.mode != PlanMode::RefreshOnly && sights::has_mirror(workspace, &sight.kind);
    let mirrored: Vec<_> = first.extract_if(.., |(sight, _)| shown(sight)).collect();
    let late = |sight: &Sight| ground.is_large() && !sights::is_listed_at_once(workspace, &sight.kind);
    let mut rest: Vec<_> = first.extract_if(.., |(sight, _)| late(sight)).collect();
    reader.look(first, live).await?;
    rest.extend(sights::unless_mirrored(workspace, recorded, mirrored, live));
    sights::share(workspace, recorded, live);
    let guess = ground.is_large().then(|| Guess::begin(ground, live, &rest, adoption.clone()));
    reader.look(rest, live).await?;
    sights::share(workspace, recorded, live);
    // What is so young that it need not show yet is not absent: it is looked for again when it
    // must show. Not every answer to a creation says when that was: then it may have been just now.
    let made = |o: &RecordedObject| born(&o.attributes).or(o.settling.then_some(began));
    let absent: BTreeSet<&ObjectId> = live
        .all_seen()
        .filter(|(_, observation)| **observation == Observation::Absent)
        .map(|(id, _)| id)
        .collect();
    let shows = objects().filter(|(_, o)| absent.contains(&o.id)).filter_map(|(_, o)| made(o));
    let shows_by = shows.max().map(|at| at + workspace.settle);
    if let Some(by) = shows_by.filter(|by| *by > began) {
        let wait = by.duration_since(workspace.clock.now());
        workspace.clock.sleep(wait.try_into().unwrap_or_default()).await;
        for seen in live.seen.values_mut() {
            seen.retain(|_, observation| *observation != Observation::Absent);
        }
        reader.look(wanted(live), live).await?;
    }
    Ok(guess)
}
