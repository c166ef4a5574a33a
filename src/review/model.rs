//! What a reader of a plan sees, before any format: destructive things first.

use crate::diagnostic::{Diagnostic, Place};
use crate::plan::{Action, Change, Drift, Leftover, Plan, PlanMode, ReasonCode, Shown};

use super::findings::path_of;
use super::losses::{is_told_by_key, losses};
use super::provenance::Provenance;
use super::rows::{Body, Cell, Row, row};
use super::section::{Level, Section, sections};
use super::show::clean;

/// How a line is marked. The signs are Terraform's, with two of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// No mark.
    None,
    /// Comes.
    Plus,
    /// Changes.
    Tilde,
    /// Goes.
    Minus,
    /// Goes, then comes anew.
    MinusPlus,
    /// Comes anew, then the old one goes.
    PlusMinus,
    /// Is bound without a call.
    Equals,
    /// Is let go of without a call.
    Dot,
    /// Is looked up while applying.
    Less,
    /// Is waited for.
    Greater,
    /// Somebody else did it.
    Bang,
}

impl Sign {
    /// The sign as it is written.
    pub fn text(self) -> &'static str {
        match self {
            Sign::None => "",
            Sign::Plus => "+",
            Sign::Tilde => "~",
            Sign::Minus => "-",
            Sign::MinusPlus => "-/+",
            Sign::PlusMinus => "+/-",
            Sign::Equals => "=",
            Sign::Dot => ".",
            Sign::Less => "<",
            Sign::Greater => ">",
            Sign::Bang => "!",
        }
    }
}

/// What made a change necessary, as far as it is worded differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The cloud calls the object failed.
    Tainted,
    /// The user asked for it.
    Requested,
    /// Anything else.
    Other,
}

/// One address, and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its mark.
    pub sign: Sign,
    /// What happens, in words.
    pub words: &'static str,
    /// The address.
    pub address: String,
    /// The object's id, if there is one.
    pub id: Option<String>,
    /// What happens, in one word: `replace`, `delete`; for drift `changed` or `deleted`.
    pub action: &'static str,
    /// What made it necessary, as far as the words differ by it.
    pub cause: Cause,
    /// The provider block.
    pub provider: String,
    /// Where the author asked for it.
    pub place: Option<Place>,
    /// Why, where the words do not say it.
    pub reason: Option<String>,
    /// Set for a replacement that only follows another one: the expression that will be worth
    /// something else.
    pub follows: Option<String>,
    /// What differs.
    pub rows: Vec<Row>,
    /// What else to know.
    pub notes: Vec<String>,
    /// What breaks with it, a clause each; the section about it tells the same.
    pub losses: Vec<String>,
    /// How many live connections end with this very object.
    pub cut: u64,
}

/// How many addresses each kind of change has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Made.
    pub create: usize,
    /// Changed in place.
    pub update: usize,
    /// Replaced by another object.
    pub replace: usize,
    /// Deleted.
    pub delete: usize,
    /// Bound without a call.
    pub adopt: usize,
    /// Let go of without a call.
    pub forget: usize,
    /// Waited for.
    pub wait: usize,
    /// Looked up while applying.
    pub read: usize,
}

impl Counts {
    /// The counts of a plan.
    pub fn of(plan: &Plan) -> Counts {
        let mut counts = Counts::default();
        for change in &plan.changes {
            *match change.action {
                Action::Create => &mut counts.create,
                Action::Update => &mut counts.update,
                Action::DeleteThenCreate | Action::CreateThenDelete => &mut counts.replace,
                Action::Delete => &mut counts.delete,
                Action::Adopt => &mut counts.adopt,
                Action::Forget => &mut counts.forget,
                Action::Await => &mut counts.wait,
                Action::Read => &mut counts.read,
            } += 1;
        }
        counts
    }

    /// "1 to delete, 2 to replace, 4 to create": what there is, the destructive first.
    pub fn destructive_first(&self) -> String {
        let parts = [
            (self.delete, "delete"),
            (self.replace, "replace"),
            (self.update, "update"),
            (self.create, "create"),
            (self.adopt, "adopt"),
            (self.forget, "forget"),
            (self.wait, "wait for"),
            (self.read, "read"),
        ];
        let said = parts.iter().filter(|(n, _)| *n > 0);
        said.map(|(n, word)| format!("{n} to {word}")).collect::<Vec<_>>().join(", ")
    }

    /// "4 to create, 1 to update, 0 to replace, 0 to delete": the usual four always, the others where they
    /// are.
    pub fn sentence(&self) -> String {
        let parts = [
            (self.create, "create", true),
            (self.update, "update", true),
            (self.replace, "replace", true),
            (self.delete, "delete", true),
            (self.adopt, "adopt", false),
            (self.forget, "forget", false),
            (self.wait, "wait for", false),
            (self.read, "read", false),
        ];
        let said = parts.iter().filter(|(n, _, always)| *always || *n > 0);
        said.map(|(n, word, _)| format!("{n} to {word}")).collect::<Vec<_>>().join(", ")
    }
}

/// What a reader of a plan sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The stack.
    pub stack: String,
    /// Which plan it is; none for one that is only passing through.
    pub provenance: Option<Provenance>,
    /// Whether it is about the simulated cloud.
    pub simulated: bool,
    /// The kind of plan.
    pub mode: PlanMode,
    /// What was selected on the command line, in words; empty where nothing was.
    pub selection: String,
    /// What an interrupted run left open: what was begun, and what became of it.
    pub left_open: Vec<(String, String)>,
    /// What others did since the last apply.
    pub drift: Vec<Entry>,
    /// What we shall do.
    pub changes: Vec<Entry>,
    /// What happens to the outputs.
    pub outputs: Vec<Row>,
    /// The counts.
    pub counts: Counts,
    /// How many resources stay as they are.
    pub unchanged: usize,
    /// What else was found: risk, rules, checks, what is not known yet.
    pub sections: Vec<Section>,
    /// Where the stack is declared, for what has no line of its own.
    pub origin: Option<Place>,
    /// The plan's diagnostics as they came; `sections` holds them for reading.
    pub diagnostics: Vec<Diagnostic>,
}

impl Review {
    /// The review of a plan.
    pub fn of(plan: &Plan) -> Review {
        let mut changes: Vec<&Change> = plan.changes.iter().collect();
        // `Action` is ordered from the most destructive down; alike ones stand in the order of doing.
        // What is only a consequence stands after its cause.
        changes
            .sort_by_key(|change| (change.action, follows(change).is_some(), change.steps.first().copied()));
        let losses = losses(plan);
        let sections = sections(plan, &losses);
        let told = sections.iter().find(|section| section.key == "losses");
        let changes = changes.into_iter().map(|change| {
            let mut entry = change_entry(change, plan.mode);
            let Some(loss) = losses.get(&change.address) else { return entry };
            if let Some(own) = loss.own.as_ref().filter(|_| is_told_by_key(told, &change.address)) {
                entry.notes.push(own.clone());
            }
            Entry { losses: loss.lines.clone(), cut: loss.cut, ..entry }
        });
        Review {
            stack: plan.stack.clone(),
            provenance: None,
            simulated: plan.simulated,
            mode: plan.mode,
            selection: selection(plan),
            left_open: plan.left_open.iter().map(leftover).collect(),
            drift: plan.drift.iter().map(drift_entry).collect(),
            changes: changes.collect(),
            outputs: plan.outputs.iter().filter_map(output_row).collect(),
            counts: Counts::of(plan),
            unchanged: plan.unchanged,
            sections,
            origin: origin(plan),
            diagnostics: plan.diagnostics.clone(),
        }
    }
}

impl Review {
    /// The review of a plan that is kept: it says which one it is.
    pub fn kept(plan: &Plan) -> Review {
        Review { provenance: Some(Provenance::of(plan)), ..Review::of(plan) }
    }

    /// The section of this name.
    pub(super) fn section(&self, key: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == key)
    }

    /// The same with files named from the root of the repository, to which `prefix` leads from there.
    pub(super) fn rooted(mut self, prefix: &str) -> Review {
        let root = |place: &mut Option<Place>| {
            if let Some(place) = place
                && let Some(path) = path_of(place, prefix)
            {
                place.file = path.into();
            }
        };
        self.changes.iter_mut().chain(&mut self.drift).for_each(|entry| root(&mut entry.place));
        let findings = self.sections.iter_mut().flat_map(|section| &mut section.findings);
        findings.for_each(|finding| root(&mut finding.place));
        root(&mut self.origin);
        self
    }

    /// That apply refuses the plan, in a sentence; none where it does not.
    pub(super) fn refusal(&self) -> Option<String> {
        let findings = self.sections.iter().flat_map(|section| &section.findings);
        match findings.filter(|finding| finding.level == Level::Refuses).count() {
            0 => None,
            1 => Some("Apply refuses this plan: see what is marked `refused`.".to_owned()),
            many => Some(format!("Apply refuses this plan: see the {many} points marked `refused`.")),
        }
    }
}

fn origin(plan: &Plan) -> Option<Place> {
    let declared = &plan.picture.declared;
    let blocks = declared.blocks.values().map(|block| &block.place);
    blocks.chain(declared.providers.values().map(|provider| &provider.place)).next().cloned()
}

fn selection(plan: &Plan) -> String {
    let chosen = &plan.selection;
    let words = [("only", &chosen.target), ("without", &chosen.exclude), ("replacing", &chosen.replace)];
    let said = words.iter().filter(|(_, addresses)| !addresses.is_empty());
    let mut said: Vec<String> =
        said.map(|(word, addresses)| clean(&format!("{word} {}", addresses.join(", ")))).collect();
    if !chosen.answers.is_empty() {
        let answered: Vec<String> = chosen.answers.0.keys().map(ToString::to_string).collect();
        said.push(clean(&format!("with answers for {}", answered.join(", "))));
    }
    said.join("; ")
}

fn leftover(leftover: &Leftover) -> (String, String) {
    (clean(&format!("{} {}", leftover.begun, leftover.address)), clean(&leftover.evidence))
}

/// The sign and the words of an action.
pub(super) fn signed(action: Action) -> (Sign, &'static str) {
    match action {
        Action::Create => (Sign::Plus, "create"),
        Action::Update => (Sign::Tilde, "update in place"),
        Action::DeleteThenCreate => (Sign::MinusPlus, "replace (delete, then create)"),
        Action::CreateThenDelete => (Sign::PlusMinus, "replace (create, then delete)"),
        Action::Delete => (Sign::Minus, "delete"),
        Action::Adopt => (Sign::Equals, "adopt"),
        Action::Forget => (Sign::Dot, "forget"),
        Action::Await => (Sign::Greater, "wait for"),
        Action::Read => (Sign::Less, "read"),
    }
}

fn change_entry(change: &Change, mode: PlanMode) -> Entry {
    let (sign, words) = signed(change.action);
    // The action, or the mode of the plan, says these already.
    let said = matches!(change.reason.code, ReasonCode::New | ReasonCode::Differs | ReasonCode::Destroy);
    let whole = matches!(change.action, Action::Create | Action::Delete | Action::Forget | Action::Read);
    // Who destroys a whole stack knows what is in it: one line for each object.
    let brief = mode == PlanMode::Destroy && change.action == Action::Delete;
    let differences = if brief { &[] } else { change.differences.as_slice() };
    Entry {
        sign,
        words,
        address: clean(&change.address.to_string()),
        id: change.id.as_deref().map(clean),
        action: change.action.word(),
        cause: match change.reason.code {
            ReasonCode::Tainted => Cause::Tainted,
            ReasonCode::Requested => Cause::Requested,
            _ => Cause::Other,
        },
        provider: clean(change.provider.as_str()),
        place: change.place.clone(),
        reason: (!said && !change.reason.text.is_empty()).then(|| clean(&change.reason.text)),
        follows: follows(change).map(clean),
        rows: differences.iter().filter_map(|d| row(d, whole)).collect(),
        notes: change.notes.iter().map(|note| clean(note)).collect(),
        losses: Vec::new(),
        cut: 0,
    }
}

/// The expression that a replacement follows: where all that forces it is not known yet.
fn follows(change: &Change) -> Option<&str> {
    let mut forcing =
        change.differences.iter().filter(|d| change.action.is_replace() && d.replaces.is_some());
    let first = match &forcing.next()?.after {
        Shown::Unknown(expression) if !expression.is_empty() => expression,
        _ => return None,
    };
    forcing.all(|d| matches!(d.after, Shown::Unknown(_))).then_some(first)
}

fn drift_entry(drift: &Drift) -> Entry {
    Entry {
        sign: Sign::Bang,
        words: if drift.deleted { "deleted" } else { "changed" },
        address: clean(&drift.address.to_string()),
        id: Some(clean(&drift.id)),
        action: if drift.deleted { "deleted" } else { "changed" },
        cause: Cause::Other,
        provider: String::new(),
        place: drift.place.clone(),
        reason: None,
        follows: None,
        rows: drift.differences.iter().filter_map(|d| row(d, drift.deleted)).collect(),
        notes: Vec::new(),
        losses: Vec::new(),
        cut: 0,
    }
}

fn output_row(output: &crate::plan::OutputChange) -> Option<Row> {
    let hidden = |shown: &Shown| *shown == Shown::Sensitive;
    if hidden(&output.before) && hidden(&output.after) {
        let body = Body::Arrow(Cell::Sensitive, Cell::Sensitive);
        return Some(Row { name: clean(&output.name), sign: Sign::Tilde, body, replaces: None });
    }
    let difference = crate::plan::Difference {
        attribute: clean(&output.name),
        before: output.before.clone(),
        after: output.after.clone(),
        replaces: None,
        place: None,
        same: false,
    };
    row(&difference, false)
}

/// A place as it is shown: `file:line`.
pub fn place_text(place: &Place) -> String {
    format!("{}:{}", clean(&place.file), place.line)
}
