//! What breaks, and for whom: each object that ends or whose change others feel, told once, with the
//! connections, addresses and names that go with it.

use std::collections::BTreeMap;

use super::risk::cut_in_words;
use super::section::{Finding, Level, Section};
use super::show::clean;
use super::time::rounded;
use crate::plan::risk::{Consumer, Hazard, HazardKind, Kept};
use crate::plan::{Action, Change, Plan, StepAction};
use crate::resource::Address;

/// So many objects of one block that lose alike are told one by one.
const ONE_BY_ONE: usize = 3;

/// What is lost by what happens to one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Loss {
    /// It, a clause each.
    pub(super) lines: Vec<String>,
    /// The same without what is the object's own: what it has in common with others of its block.
    alike: Vec<String>,
    /// The addresses and names that go, where `alike` leaves them out.
    pub(super) own: Option<String>,
    /// How many live connections end with this very object.
    pub(super) cut: u64,
    /// Whether it is an object that does not come back.
    is_final: bool,
    /// How many addresses and names go.
    names: usize,
}

/// What is lost, by the address whose change it comes from.
pub(super) fn losses(plan: &Plan) -> BTreeMap<&Address, Loss> {
    let mut found: BTreeMap<&Address, Loss> = BTreeMap::new();
    let changes: BTreeMap<&Address, &Change> = plan.changes.iter().map(|c| (&c.address, c)).collect();
    for (id, why) in &plan.risk.irreversible {
        let Some(step) = plan.steps.get(id.index()) else { continue };
        let loss = found.entry(&step.address).or_default();
        loss.is_final = true;
        if !matches!(step.action, StepAction::Delete { .. }) {
            loss.tell(clean(why));
        }
    }
    for hazard in &plan.risk.hazards {
        let Some(change) = changes.get(&hazard.address) else { continue };
        match hazard.kind {
            HazardKind::CutsConnections if change.action != Action::Update => {
                cut(plan, hazard, &changes, &mut found);
            }
            HazardKind::CutsConnections | HazardKind::Felt => {
                let loss = found.entry(&hazard.address).or_default();
                hazard.effects.iter().for_each(|effect| loss.tell(clean(effect)));
                if hazard.kind == HazardKind::CutsConnections {
                    loss.cut = loss.cut.max(hazard.connections);
                }
            }
            HazardKind::LosesNames => {}
        }
    }
    for hazard in plan.risk.hazards.iter().filter(|hazard| hazard.kind == HazardKind::LosesNames) {
        let Some(change) = changes.get(&hazard.address) else { continue };
        names(hazard, change, found.entry(&hazard.address).or_default());
    }
    found
}

impl Loss {
    /// A clause that is the same for all of a block.
    fn tell(&mut self, line: String) {
        self.alike.push(line.clone());
        self.lines.push(line);
    }
}

/// Connections that end with an object: told with the objects that stand for them.
fn cut<'a>(
    plan: &'a Plan,
    hazard: &'a Hazard,
    changes: &BTreeMap<&Address, &Change>,
    found: &mut BTreeMap<&'a Address, Loss>,
) {
    let root = &hazard.address;
    let mut others = Vec::new();
    for consumer in &hazard.consumers {
        let with = if consumer.address == *root { String::new() } else { format!(" with `{root}`") };
        if changes.contains_key(&consumer.address) {
            let loss = found.entry(&consumer.address).or_default();
            loss.cut += 1;
            loss.tell(clean(&format!(
                "cuts the live connection of {}{with}; {}",
                consumer.whose(),
                back(plan, consumer)
            )));
        } else {
            others.push(format!("`{}` of {}", consumer.address, consumer.whose()));
        }
    }
    let outside = hazard.connections.saturating_sub(hazard.consumers.len() as u64);
    if outside > 0 {
        others.push(format!("{outside} of consumers outside this stack"));
    }
    if !others.is_empty() {
        let loss = found.entry(root).or_default();
        let here = (hazard.consumers.len() as u64 + outside).saturating_sub(
            hazard.consumers.iter().filter(|c| changes.contains_key(&c.address)).count() as u64,
        );
        loss.cut += here;
        loss.tell(clean(&format!("cuts {}", others.join(", "))));
    }
    if hazard.uncounted {
        let loss = found.entry(root).or_default();
        loss.tell("cuts the connections of consumers outside this stack, if there are any: the cloud did not say how many there are".to_owned());
    }
}

/// Whether and how a connection comes back.
fn back(plan: &Plan, consumer: &Consumer) -> String {
    let Some(seconds) = consumer.down_s else { return "nothing in this plan brings it back".to_owned() };
    let loses = |h: &&Hazard| h.kind == HazardKind::LosesNames && h.address == consumer.address;
    let clients = match plan.risk.hazards.iter().find(loses) {
        None => "clients come back by connecting again".to_owned(),
        Some(hazard) => {
            let named: Vec<&str> = hazard.kept.iter().map(|kept| kept.what.as_str()).collect();
            let named = named.join(" or ").replace("the ", "");
            format!("after that clients come back only with the new {named}")
        }
    };
    match seconds {
        0 => format!("the new one stands before the old one ends; {clients}"),
        _ => format!("down for about {}, until the new one stands; {clients}", rounded(seconds)),
    }
}

/// The addresses and names that go with an object.
fn names(hazard: &Hazard, change: &Change, loss: &mut Loss) {
    loss.names += hazard.kept.iter().map(|kept| kept.values.len().max(1)).sum::<usize>();
    let told: Vec<String> = hazard.kept.iter().map(Kept::told).collect();
    let kinds: Vec<&str> = hazard.kept.iter().map(|kept| kept.what.as_str()).collect();
    let other = if change.action.is_replace() { "; the new object has others" } else { "" };
    loss.lines.push(clean(&format!("ends {}{other}", told.join(" and "))));
    loss.alike.push(clean(&format!("ends {}{other}", kinds.join(" and "))));
    loss.own = Some(clean(&format!("others lose {}", told.join(" and "))));
    if !hazard.outputs.is_empty() {
        let outputs: Vec<String> = hazard.outputs.iter().map(|name| format!("`{name}`")).collect();
        let plural = if outputs.len() == 1 { "output" } else { "outputs" };
        loss.tell(clean(&format!("changes the {plural} {}", outputs.join(", "))));
    }
}

/// The section; none where nothing is lost.
pub(super) fn section(plan: &Plan, losses: &BTreeMap<&Address, Loss>) -> Option<Section> {
    let mut groups: Vec<Vec<(&Change, &Loss)>> = Vec::new();
    for change in &plan.changes {
        let Some(loss) = losses.get(&change.address) else { continue };
        let is_alike = |other: &&mut Vec<(&Change, &Loss)>| {
            let (first, first_loss) = other[0];
            first.address.block == change.address.block
                && first.action == change.action
                && first_loss.alike == loss.alike
        };
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.push((change, loss)),
            None => groups.push(vec![(change, loss)]),
        }
    }
    let (mut many, few): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| group.len() > ONE_BY_ONE);
    many.extend(few.into_iter().flatten().map(|one| vec![one]));
    // What ends most connections first.
    many.sort_by_key(|group| {
        let cut: u64 = group.iter().map(|(_, loss)| loss.cut).sum();
        (std::cmp::Reverse(cut), group[0].0.action, group[0].0.steps.first().copied())
    });
    let findings = many.iter().map(|group| finding(group)).collect();
    Section::of("losses", "What breaks, and for whom", summary(plan, losses), findings)
}

/// The addresses that are told only by their keys, so that what is their own is to be told with them.
pub(super) fn is_told_by_key(section: Option<&Section>, address: &Address) -> bool {
    let findings = section.into_iter().flat_map(|section| &section.findings);
    !findings.into_iter().any(|finding| finding.address.as_deref() == Some(&*clean(&address.to_string())))
}

fn summary(plan: &Plan, losses: &BTreeMap<&Address, Loss>) -> String {
    let finals = losses.values().filter(|loss| loss.is_final).count();
    let cut = usize::try_from(plan.risk.connections_cut()).unwrap_or(usize::MAX);
    let names: usize = losses.values().map(|loss| loss.names).sum();
    let ends = if finals == 1 { "object ends" } else { "objects end" };
    let parts = [
        (cut, cut_in_words(&plan.risk)),
        (
            names,
            if names == 1 {
                "1 address or name that others use goes".to_owned()
            } else {
                format!("{names} addresses and names that others use go")
            },
        ),
    ];
    let told: Vec<String> = parts.into_iter().filter(|(n, _)| *n > 0).map(|(_, text)| text).collect();
    match (told.is_empty(), finals) {
        (false, _) => format!("{}.", told.join(", ")),
        (true, 0) => "Others feel it.".to_owned(),
        (true, _) => format!("{finals} {ends} for good."),
    }
}

fn finding(group: &[(&Change, &Loss)]) -> Finding {
    let (first, loss) = group[0];
    let fate = fate(first.action);
    let mut finding = Finding {
        rule: "loss".to_owned(),
        level: Level::Warns,
        title: String::new(),
        text: String::new(),
        hint: String::new(),
        address: None,
        place: first.place.clone(),
        more: Vec::new(),
    };
    if let [_] = group {
        finding.address = Some(clean(&first.address.to_string()));
        finding.text = clean(&format!("`{}` is {fate}", first.address));
        finding.more = loss.lines.clone();
    } else {
        let key = |change: &Change| match &change.address.key {
            Some(key) => clean(&format!("`{key}`")),
            None => clean(&format!("`{}`", change.address)),
        };
        let keys: Vec<String> = group.iter().map(|(change, _)| key(change)).collect();
        finding.text = format!(
            "{} of `{}` are {fate}: {}",
            group.len(),
            clean(&first.address.block.to_string()),
            keys.join(", ")
        );
        finding.more = loss.alike.iter().map(|line| format!("each {line}")).collect();
    }
    finding
}

/// What happens to an object, as a participle.
pub(super) fn fate(action: Action) -> &'static str {
    match action {
        Action::Delete => "deleted",
        Action::DeleteThenCreate | Action::CreateThenDelete => "replaced",
        Action::Update => "changed in place",
        Action::Create => "created",
        Action::Adopt => "adopted",
        Action::Forget => "forgotten",
        Action::Await => "waited for",
        Action::Read => "read",
    }
}
