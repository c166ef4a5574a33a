//! The things at stake: connections that are cut, names and addresses that others keep, changes in
//! place that are felt.

use std::collections::{BTreeMap, BTreeSet};

use super::estimate::Timetable;
use super::{Consumer, Hazard, HazardKind, Kept, Level, WRITTEN_OUT, few};
use crate::expr::Worth;
use crate::plan::walk::{Item, Proposal, Situation};
use crate::plan::{Action, Change, Plan, StepAction};
use crate::resource::{Address, Connected, Felt, KindSchema, ProviderName, Value, When};

/// Everything that is at stake, the worst first.
pub(super) fn find(on: &Situation<'_>, proposal: &Proposal, plan: &Plan, table: &Timetable) -> Vec<Hazard> {
    let finder = Finder { on, proposal, plan, table };
    let mut found = finder.cuts();
    for change in &plan.changes {
        let Some(item) = proposal.items.get(&change.address) else { continue };
        if is_ending(change) {
            found.extend(finder.loses_names(change, item));
        } else if change.action == Action::Update || item.delta.found.is_some() {
            found.extend(finder.felt(change, item));
        }
    }
    found.sort_by(|a, b| (b.level, a.kind, &a.address).cmp(&(a.level, b.kind, &b.address)));
    found
}

struct Finder<'a> {
    on: &'a Situation<'a>,
    proposal: &'a Proposal,
    plan: &'a Plan,
    table: &'a Timetable,
}

/// The connections that run over an object.
struct Traffic {
    /// How many.
    count: u64,
    /// Whether the cloud said how many, so that none is missing.
    complete: bool,
    /// Those that this stack knows.
    consumers: Vec<Consumer>,
}

fn is_ending(change: &Change) -> bool {
    change.action == Action::Delete || change.action.is_replace()
}

fn ends_how(change: &Change) -> &'static str {
    if change.action == Action::Delete { "is deleted" } else { "is replaced" }
}

impl Finder<'_> {
    fn schema(&self, address: &Address) -> &KindSchema {
        self.on.catalog.schema(&address.block)
    }

    /// Connections that end with an object. Each is told once, by the first object that it ends with.
    fn cuts(&self) -> Vec<Hazard> {
        let ending: BTreeMap<&Address, (&Change, Traffic)> = self
            .plan
            .changes
            .iter()
            .filter(|change| is_ending(change))
            .filter_map(|change| {
                let traffic = self.traffic(&change.address)?;
                Some((&change.address, (change, traffic)))
            })
            .collect();
        let dag = &self.proposal.links.dag;
        let mut hazards = Vec::new();
        for (address, (change, traffic)) in &ending {
            let mut needs = dag.closure_of_needs([(*address).clone()]);
            needs.remove(*address);
            if needs.iter().any(|need| ending.contains_key(need)) {
                continue;
            }
            hazards.push(Hazard {
                level: Level::High,
                kind: HazardKind::CutsConnections,
                address: (*address).clone(),
                place: change.place.clone(),
                text: format!("`{address}` {}, which {}", ends_how(change), cut(address, traffic)),
                effects: Vec::new(),
                connections: traffic.count,
                consumers: traffic.consumers.clone(),
                uncounted: !traffic.complete,
                kept: Vec::new(),
                outputs: Vec::new(),
            });
        }
        hazards
    }

    /// The connections that run over an object; none if there are none.
    fn traffic(&self, address: &Address) -> Option<Traffic> {
        let item = self.proposal.items.get(address)?;
        let (said, complete) = match self.schema(address).stakes.connected {
            Connected::Never => return None,
            Connected::While(name, value) if item.delta.have.text(name) == Some(value) => (1, true),
            Connected::While(..) => return None,
            Connected::Count(name) => match item.delta.have.get(name) {
                Some(Value::Number(count)) => {
                    (count.as_i64().and_then(|n| u64::try_from(n).ok()).unwrap_or(0), true)
                }
                // Not every answer of an API holds it; what this stack knows is told then.
                _ => (0, false),
            },
        };
        let with = self.proposal.links.dag.closure_of_dependents([address.clone()]);
        let is_connected = |a: &&Address| {
            let item = self.proposal.items.get(*a);
            matches!(
                (item, self.schema(a).stakes.connected),
                (Some(item), Connected::While(name, value)) if item.delta.have.text(name) == Some(value)
            )
        };
        let connected: BTreeSet<&Address> = with.iter().filter(is_connected).collect();
        let sides = connected.iter().filter(|a| !self.completes_one_of(a, &connected));
        let consumers: Vec<Consumer> = sides.filter_map(|a| self.consumer(a)).collect();
        let count = said.max(consumers.len() as u64);
        (count > 0).then_some(Traffic { count, complete, consumers })
    }

    /// Whether an address is only the other side of a connection that is counted already.
    fn completes_one_of(&self, address: &Address, others: &BTreeSet<&Address>) -> bool {
        others
            .iter()
            .any(|other| self.proposal.links.completed_by.get(other).is_some_and(|by| by.contains(address)))
    }

    fn consumer(&self, address: &Address) -> Option<Consumer> {
        let item = self.proposal.items.get(address)?;
        let named = self.schema(address).stakes.account.and_then(|name| item.delta.have.text(name));
        let recorded =
            || self.on.recorded.objects.get(address).map(|object| object.identity.account.as_str());
        let lives = || self.on.live.identities.get(&item.provider).map(|identity| identity.account.as_str());
        let account = named.or_else(recorded).or_else(lives).unwrap_or_default().to_owned();
        Some(Consumer {
            address: address.clone(),
            id: item.delta.id.clone().unwrap_or_default(),
            provider: self.provider_of(item, &account),
            account,
            down_s: self.down(address),
        })
    }

    /// The provider block that leads to an account; the object's own where that does.
    fn provider_of(&self, item: &Item, account: &str) -> Option<ProviderName> {
        let leads = |name: &&ProviderName| {
            self.on.live.identities.get(*name).is_some_and(|identity| identity.account.as_str() == account)
        };
        let all = self.on.live.identities.keys();
        [&item.provider].into_iter().chain(all).find(leads).filter(|_| !account.is_empty()).cloned()
    }

    /// How many seconds there is no connection over an address: from the first end of something that
    /// it runs over until what makes it anew is done. None where nothing does.
    fn down(&self, address: &Address) -> Option<u64> {
        let dag = &self.proposal.links.dag;
        let mut over = dag.closure_of_needs([address.clone()]);
        let completed_by = self.proposal.links.completed_by.get(address).into_iter().flatten();
        let own: BTreeSet<&Address> = completed_by.chain([address]).collect();
        over.extend(own.iter().map(|address| (*address).clone()));
        over.retain(|address| self.schema(address).stakes.connected != Connected::Never);
        let steps = || self.plan.steps.iter().filter(|step| over.contains(&step.address));
        let ends = steps().filter(|step| matches!(step.action, StepAction::Delete { .. }));
        let ended = ends.map(|step| self.table.start(step.id)).min()?;
        let makes =
            |action: &StepAction| matches!(action, StepAction::Create { .. } | StepAction::Await { .. });
        // The object that stands for the connection comes anew, or nothing brings it back.
        steps().find(|step| step.address == *address && makes(&step.action))?;
        let made = steps().filter(|step| own.contains(&step.address) && makes(&step.action));
        let stands = made.map(|step| self.table.end(step.id)).max()?;
        Some(stands.saturating_sub(ended).div_ceil(1000))
    }

    /// What others keep of an object that ends.
    fn loses_names(&self, change: &Change, item: &Item) -> Option<Hazard> {
        let kept = self.schema(&change.address).stakes.kept_by_others.iter().filter_map(|(name, what)| {
            let value = item.delta.have.get(name).filter(|value| !is_nothing(value))?;
            let hidden = self.is_sensitive(&change.address, item, name);
            let values = if hidden { Vec::new() } else { values(value) };
            Some(Kept { what: (*what).to_owned(), values })
        });
        let kept: Vec<Kept> = kept.collect();
        if kept.is_empty() {
            return None;
        }
        let told: Vec<String> = kept.iter().map(Kept::told).collect();
        let mut text =
            format!("`{}` {}: {} will be gone", change.address, ends_how(change), told.join(" and "));
        if change.action.is_replace() {
            text.push_str(", and the new object has another");
        }
        let outputs = self.outputs_of(&change.address);
        if !outputs.is_empty() {
            let named: Vec<String> = outputs.iter().map(|name| format!("`{name}`")).collect();
            text.push_str(&format!("; so do outputs that read it: {}", few(&named)));
        }
        Some(Hazard {
            level: Level::Medium,
            kind: HazardKind::LosesNames,
            address: change.address.clone(),
            place: change.place.clone(),
            text,
            effects: Vec::new(),
            connections: 0,
            consumers: Vec::new(),
            uncounted: false,
            kept,
            outputs,
        })
    }

    /// Whether an attribute must not be shown: what the cloud chooses is hidden by the author's word
    /// alone, so an orphan's is taken from the record.
    fn is_sensitive(&self, address: &Address, item: &Item, name: &str) -> bool {
        let declared = self.on.configuration.blocks.get(&address.block);
        let recorded = self.on.recorded.objects.get(address);
        item.delta.sensitive.contains(name)
            || declared.is_some_and(|block| block.sensitive.contains(name))
            || recorded.is_some_and(|object| object.sensitive.contains(name))
    }

    /// The outputs that change because they read an address.
    fn outputs_of(&self, address: &Address) -> Vec<String> {
        let changed = self.plan.outputs.iter().filter(|output| {
            let worth = self.proposal.outputs.get(&output.name).map(|(input, _)| &input.worth);
            matches!(worth, Some(Worth::Deferred(d)) if d.needs.iter().any(|need| need.address == *address))
        });
        changed.map(|output| output.name.clone()).collect()
    }

    /// Changes in place that are felt.
    fn felt(&self, change: &Change, item: &Item) -> Vec<Hazard> {
        let stakes = &self.schema(&change.address).stakes;
        let traffic = self.traffic(&change.address);
        let live = traffic.as_ref().map_or(0, |traffic| traffic.count);
        if live == 0 && stakes.connected != Connected::Never {
            return Vec::new();
        }
        let felt = stakes.felt.iter().filter(|felt| item.delta.changed.contains(felt.attribute));
        felt.filter(|felt| happens(felt, item))
            .map(|felt| {
                let cuts = felt.cuts && live > 0;
                let mut effects = vec![format!("`{}` changes: {}", felt.attribute, felt.effect)];
                if let Some(traffic) = &traffic {
                    effects.push(format!("live now: {}", lives(&change.address, traffic)));
                }
                if cuts && !felt.back.is_empty() {
                    effects.push(felt.back.to_owned());
                }
                Hazard {
                    level: if cuts { Level::High } else { Level::Medium },
                    kind: if cuts { HazardKind::CutsConnections } else { HazardKind::Felt },
                    address: change.address.clone(),
                    place: change.place.clone(),
                    text: format!("`{}`: {}", change.address, effects.join("; ")),
                    effects,
                    connections: live,
                    consumers: traffic.as_ref().map(|traffic| traffic.consumers.clone()).unwrap_or_default(),
                    uncounted: traffic.as_ref().is_some_and(|traffic| !traffic.complete),
                    kept: Vec::new(),
                    outputs: Vec::new(),
                }
            })
            .collect()
    }
}

/// Whether a change is one that is felt. What is not known yet may be anything.
fn happens(felt: &Felt, item: &Item) -> bool {
    let want = match item.delta.want.get(felt.attribute).map(|input| &input.worth) {
        Some(Worth::Known(value)) => value,
        _ => return true,
    };
    match felt.when {
        When::Changes => true,
        When::Becomes(value) => match want {
            Value::Bool(is) => is.to_string() == value,
            other => other.as_str() == Some(value),
        },
        When::MembersGo => {
            let now = item.delta.have.value(felt.attribute).as_list().unwrap_or_default();
            let then = want.as_list().unwrap_or_default();
            now.iter().any(|member| !then.contains(member))
        }
    }
}

/// "cuts 3 live connections: a, b, and 1 of consumers outside this stack".
fn cut(address: &Address, traffic: &Traffic) -> String {
    let Traffic { count, consumers, .. } = traffic;
    if consumers.len() == 1 && consumers[0].address == *address && *count == 1 {
        return format!("cuts its live connection, traffic of {}", consumers[0].whose());
    }
    let connections =
        if *count == 1 { "1 live connection".to_owned() } else { format!("{count} live connections") };
    format!("cuts {connections}: {}", lives(address, traffic))
}

/// Whose connections run over an object: those that this stack knows, and what is known of others.
fn lives(address: &Address, traffic: &Traffic) -> String {
    let Traffic { count, complete, consumers } = traffic;
    let outside = count - consumers.len() as u64;
    let mut parts: Vec<String> = consumers
        .iter()
        .take(WRITTEN_OUT)
        .map(|c| match c.address == *address {
            true => format!("its own, of {}", c.whose()),
            false => format!("`{}` of {}", c.address, c.whose()),
        })
        .collect();
    let left_out = consumers.len().saturating_sub(WRITTEN_OUT);
    if left_out > 0 {
        let accounts: BTreeSet<&str> = consumers.iter().map(|c| c.account.as_str()).collect();
        let accounts =
            if accounts.len() == 1 { "1 account".to_owned() } else { format!("{} accounts", accounts.len()) };
        parts.push(format!("{left_out} more ({accounts} in all)"));
    }
    match (outside, complete) {
        (0, true) => {}
        (0, false) => parts.push(UNCOUNTED.to_owned()),
        (_, _) => parts.push(format!("{outside} of consumers outside this stack")),
    }
    parts.join(", ")
}

/// Who may be there besides, where the cloud does not say how many connections there are.
const UNCOUNTED: &str =
    "and perhaps consumers outside this stack, since the cloud did not say how many there are";

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        _ => false,
    }
}

fn values(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::List(items) => items.iter().flat_map(values).collect(),
        other => vec![other.to_string()],
    }
}
