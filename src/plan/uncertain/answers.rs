//! What only the user can say: which object an interrupted creation made, of several that fit.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::intent::telling_apart;
use crate::diagnostic::{Diagnostic, Place};
use crate::resource::{Address, KindSchema, Object, ObjectId, Value};
use crate::state::Pending;

/// What the user says, by address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers(pub BTreeMap<Address, Answer>);

/// What the user says about one interrupted creation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The object that it made; none where it made nothing.
    pub object: Option<ObjectId>,
    /// Where it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

impl Answers {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with answers that answer nothing: nobody asks about their address.
    pub fn unasked(&self, pending: &BTreeMap<u64, Pending>) -> Vec<Diagnostic> {
        let asked = |address: &Address| {
            pending.values().any(|p| p.begun.address == *address && super::creation(p).is_some())
        };
        let unasked = self.0.iter().filter(|(address, _)| !asked(address));
        unasked
            .map(|(address, answer)| {
                let detail = format!("no creation of `{address}` is open, so there is nothing to answer");
                Diagnostic::error("An answer to no question", detail)
                    .at(answer.place.clone())
                    .hint("take it out of the file of answers; `landbridge plan` asks what it has to know")
            })
            .collect()
    }
}

/// An answer that names no object which can be meant.
pub(super) fn not_a_choice(address: &Address, answer: &Answer, why: &str, choices: &[&Object]) -> Diagnostic {
    let id = answer.object.as_deref().unwrap_or_default();
    let ids: Vec<&str> = choices.iter().map(|o| o.id.as_str()).collect();
    let hint = if ids.is_empty() {
        "no object fits what was begun: answer `none`, or leave the answer out".to_owned()
    } else {
        format!("answer one of {}, or `none`", ids.join(", "))
    };
    Diagnostic::error("An answer that cannot be right", format!("`{id}` {why} `{address}`"))
        .at(answer.place.clone())
        .about(address)
        .hint(hint)
}

/// What cannot be told apart by evidence, each choice with what tells it from the others.
pub(super) fn ambiguous(schema: &KindSchema, asked: &[&Pending], choices: &[&Object]) -> Diagnostic {
    let sensitive: BTreeSet<String> = asked.iter().flat_map(|p| p.begun.binding.sensitive.clone()).collect();
    let members: Vec<&Address> = asked.iter().map(|p| &p.begun.address).collect();
    let names: Vec<String> = members.iter().map(ToString::to_string).collect();
    let mut detail = format!(
        "an earlier run began to create {} and was cut off from the answer; these objects all fit, and nothing \
         is guessed:",
        names.join(" and ")
    );
    detail.push_str(&described(schema, choices, &sensitive));
    let lines: Vec<String> = members
        .iter()
        .zip(choices.iter().map(|o| o.id.as_str()).chain(std::iter::repeat("none")))
        .map(|(address, id)| format!("  {}: {id}", as_key(address)))
        .collect();
    let hint = format!(
        "say which it is in a file, with the id or `none` for each, and give it as --answers FILE:\n{}\n\
         A provider block with `mark: true` makes such evidence certain from then on",
        lines.join("\n")
    );
    let diagnostic = Diagnostic::error("An interrupted creation cannot be told apart", detail).hint(hint);
    match members[..] {
        [one] => diagnostic.about(one),
        _ => diagnostic,
    }
}

/// Objects that can be meant, each on a line of its own with what tells it from the others.
pub(crate) fn described(schema: &KindSchema, choices: &[&Object], sensitive: &BTreeSet<String>) -> String {
    let mut telling: BTreeSet<&str> = telling_apart(schema, choices).into_iter().collect();
    let given = |name: &&str| choices.iter().any(|o| !is_empty(o.attributes.value(name)));
    telling.extend(schema.arguments().map(|a| a.name).filter(|name| name.ends_with("name")).filter(given));
    // Addresses and names are how people tell them apart who use them.
    let known_by = schema.stakes.kept_by_others.iter().map(|(name, _)| *name);
    telling.extend(known_by.filter(given));
    let mut text = String::new();
    for object in choices {
        let born = object.attributes.text("created_at").unwrap_or("at an unknown time");
        text.push_str(&format!("\n  {}  made {born}", object.id));
        for name in &telling {
            let value = match object.attributes.value(name) {
                value if is_empty(value) => "(none)".to_owned(),
                _ if sensitive.contains(*name) => "(sensitive)".to_owned(),
                Value::String(text) => text.clone(),
                value => value.to_string(),
            };
            text.push_str(&format!("\n    {name}: {value}"));
        }
    }
    text
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

/// An address as a key of YAML.
pub(crate) fn as_key(address: &Address) -> String {
    let text = address.to_string();
    if text.contains(['[', '"']) { format!("'{text}'") } else { text }
}
