//! `drill`: something is lost on a twin of the live clouds, and brought back there by the commands that would bring it
//! back: `recover` for a lost state, `plan` and `apply` for lost objects.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

use super::trial::{Scene, Tried};
use super::{Failure, PlanOptions, Recovery, Trial, Workspace, agree, plan, recover};
use crate::plan::{Action, Answer, Answers, Change, Limit, StepEnd, walk};
use crate::resource::{Address, Kind, Object, ObjectId, ProviderName};
use crate::state::Recorded;
use crate::twin::{Calls, Lost};

/// What is to be lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    /// Everything under these provider blocks.
    pub providers: BTreeSet<ProviderName>,
    /// Everything of these kinds.
    pub kinds: BTreeSet<Kind>,
    /// Of everything recorded so many of a hundred, drawn from the seed.
    pub share: Option<u8>,
    /// What the draw depends on.
    pub seed: u64,
    /// Everything recorded.
    pub all: bool,
    /// The state.
    pub state: bool,
}

/// A loss with what its drill needs, read from the live clouds.
pub struct Drill {
    scene: Scene,
    lost: BTreeMap<Address, (Kind, ObjectId)>,
    without_state: bool,
    beyond: Vec<Limit>,
}

/// What a drill came to.
pub struct Drilled {
    /// The addresses whose objects were lost.
    pub lost: Vec<Address>,
    /// Whether the state was lost.
    pub without_state: bool,
    /// How many addresses found their objects again after the loss of the state; none where it was not lost.
    pub recovered: Option<usize>,
    /// The addresses whose objects only the user could tell apart; the drill answers as it is recorded.
    pub asked: Vec<Address>,
    /// What applying the plan of recovery came to; none where it did not come to that, or nothing was to be applied.
    pub tried: Option<Tried>,
    /// What was not brought back, and why.
    pub left: BTreeMap<Address, String>,
    /// Why the recovery broke off, if it did; with what to do.
    pub broken_off: Option<(String, String)>,
    /// From the loss until everything was done that could be, on the twin's clock.
    pub took: Duration,
    /// All calls that it took.
    pub calls: Calls,
    /// How many reading calls to the live clouds drew the twin.
    pub reads: u64,
}

impl Drilled {
    /// Whether everything is back.
    pub fn is_success(&self) -> bool {
        self.left.is_empty() && self.broken_off.is_none()
    }
}

/// Reads everything that a drill needs. Nothing is written anywhere.
///
/// # Errors
/// What cannot be read or planned; a loss of nothing.
pub async fn drill(workspace: &Workspace, losses: &Losses, beyond: &[Limit]) -> Result<Drill, Failure> {
    let scene = Scene::of(workspace).await?;
    let lost = chosen(workspace, scene.recorded(), losses)?;
    Ok(Drill { scene, lost, without_state: losses.state, beyond: beyond.to_vec() })
}

/// The recorded objects that are lost.
fn chosen(
    workspace: &Workspace,
    recorded: &Recorded,
    losses: &Losses,
) -> Result<BTreeMap<Address, (Kind, ObjectId)>, Failure> {
    let nothing = |what: String| {
        let hint = "`landbridge state list` shows what can be lost".to_owned();
        Err(Failure::Refused { what: format!("{what}, so nothing can be lost"), hint })
    };
    if recorded.objects.is_empty() {
        return nothing(format!("nothing is recorded for stack `{}`", workspace.configuration.stack));
    }
    let through = |address: &Address| {
        let object = &recorded.objects[address];
        walk::reading_block(&workspace.configuration, address, object).unwrap_or(&object.provider)
    };
    for name in &losses.providers {
        if !recorded.objects.keys().any(|address| through(address) == name) {
            return nothing(format!("nothing is recorded under provider `{name}`"));
        }
    }
    for kind in &losses.kinds {
        if !recorded.objects.keys().any(|address| address.kind() == kind) {
            return nothing(format!("nothing of kind `{kind}` is recorded"));
        }
    }
    let mut drawn: Vec<&Address> = recorded.objects.keys().collect();
    drawn.shuffle(&mut StdRng::seed_from_u64(losses.seed));
    let share = usize::from(losses.share.unwrap_or(0));
    drawn.truncate((drawn.len() * share).div_ceil(100));
    let drawn: BTreeSet<&Address> = drawn.into_iter().collect();
    let is_lost = |address: &&Address| {
        losses.all
            || losses.providers.contains(through(address))
            || losses.kinds.contains(address.kind())
            || drawn.contains(address)
    };
    let lost = recorded.objects.keys().filter(is_lost);
    Ok(lost.map(|a| (a.clone(), (a.kind().clone(), recorded.objects[a].id.clone()))).collect())
}

impl Drill {
    /// Loses it all on a twin, and brings it back. The runtime's time is the twin's: pause it.
    ///
    /// # Errors
    /// No twin can be made.
    pub async fn run(self) -> Result<Drilled, Failure> {
        let lost: Lost = self.lost.values().cloned().collect();
        let trial = self.scene.begin(&lost, self.without_state)?;
        let began = trial.workspace.clock.now();
        let mut drilled = Drilled {
            lost: self.lost.keys().cloned().collect(),
            without_state: self.without_state,
            recovered: None,
            asked: Vec::new(),
            tried: None,
            left: BTreeMap::new(),
            broken_off: None,
            took: Duration::ZERO,
            calls: Calls::default(),
            reads: self.scene.reads(),
        };
        if let Err(failure) =
            bring_back(&trial, self.scene.recorded(), self.without_state, &self.beyond, &mut drilled).await
        {
            let hint = match &failure {
                Failure::Refused { hint, .. } => hint.clone(),
                Failure::Diagnostics(all) => all.first().map(|one| one.hint.clone()).unwrap_or_default(),
                Failure::Other(_) => String::new(),
            };
            drilled.broken_off = Some((failure.to_string(), hint));
        }
        let took = trial.workspace.clock.now().duration_since(began);
        drilled.took = Duration::try_from(took).unwrap_or_default();
        drilled.calls = trial.twin.calls();
        self.look_again(&trial, &mut drilled).await;
        Ok(drilled)
    }

    /// Finds what is not back: what the next plan would still do.
    async fn look_again(&self, trial: &Trial, drilled: &mut Drilled) {
        match plan(&trial.workspace, &PlanOptions { passing: true, ..PlanOptions::default() }).await {
            Ok(planned) => {
                let changes = planned.plan.changes.into_iter();
                drilled.left =
                    changes.map(|change| (change.address.clone(), why(&change, drilled))).collect();
            }
            Err(failure) => {
                let told = || format!("nothing can be planned: {failure}");
                drilled.left = self.lost.keys().map(|address| (address.clone(), told())).collect();
            }
        }
    }
}

/// Does what would be done on the bad day.
async fn bring_back(
    trial: &Trial,
    recorded: &Recorded,
    without_state: bool,
    beyond: &[Limit],
    drilled: &mut Drilled,
) -> Result<(), Failure> {
    if without_state {
        let mut looked = recover(&trial.workspace, Answers::default()).await?;
        if let Recovery::Unclear { questions, .. } = &looked {
            // Only people can tell them apart, and here they say what was recorded.
            let answers = as_recorded(recorded, questions);
            drilled.asked = answers.0.keys().cloned().collect();
            looked = recover(&trial.workspace, answers).await?;
        }
        match looked {
            Recovery::Clear(found) => {
                drilled.recovered = Some(found.found.len() + found.kept.len());
                agree(&trial.workspace, *found).await?;
            }
            Recovery::Unclear { told, .. } => return Err(told.into()),
        }
    }
    let planned = plan(&trial.workspace, &PlanOptions { passing: true, ..PlanOptions::default() }).await?;
    if !planned.plan.steps.is_empty() {
        drilled.tried = Some(trial.apply(planned.plan, planned.secrets, beyond).await?);
    }
    Ok(())
}

/// What a user would answer who knows which object is whose.
fn as_recorded(recorded: &Recorded, questions: &[(Vec<Address>, Vec<Object>)]) -> Answers {
    let answers = questions.iter().flat_map(|(addresses, choices)| {
        addresses.iter().map(|address| {
            let id = recorded.object(address).map(|object| object.id.clone());
            let id = id.filter(|id| choices.iter().any(|choice| choice.id == *id));
            (address.clone(), Answer { object: id, place: None })
        })
    });
    Answers(answers.collect())
}

/// Why an address is not as it should be: what its steps came to, or what the next plan would do about it.
fn why(change: &Change, drilled: &Drilled) -> String {
    let ended = drilled.tried.iter().flat_map(|tried| {
        let of = |(id, end)| (tried.applied.plan.step(id).address == change.address).then_some(end);
        tried.applied.report.ended.iter().map(|(id, end)| (*id, end)).filter_map(of)
    });
    let mut because = None;
    for end in ended {
        match end {
            StepEnd::Failed(fault) | StepEnd::Uncertain(fault) => return fault.to_string(),
            StepEnd::NotTried(Some(address)) => because = Some(format!("{address} did not succeed")),
            StepEnd::NotTried(None) | StepEnd::Done(_) => {}
        }
    }
    because.unwrap_or_else(|| match change.action {
        Action::Create => "it has no object".to_owned(),
        action => format!("the next plan would {} it", action.word()),
    })
}
