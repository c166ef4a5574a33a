//! Addresses without a record, and the live objects of their kind: who is whom.
//!
//! An object that shows everything as an address declares it, and fits no other, is its object. So
//! is the only one that has the natural key, where no other address could mean it. Whatever fits
//! more than one, on either side, is asked.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;
use crate::diff;
use crate::plan::{Answer, Answers};
use crate::resource::{Address, Attributes, Compare, KindSchema, Object, ObjectId};

/// An address that looks for its object.
#[derive(Clone, Copy, Debug)]
pub struct Seeker<'a> {
    /// The address.
    pub address: &'a Address,
    /// The arguments that are known.
    pub want: &'a Attributes,
    /// Those that must not be shown.
    pub sensitive: &'a BTreeSet<String>,
}

/// How sure a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// The object shows everything as declared, and no other does.
    Certain,
    /// It is the only one with the natural key; other arguments differ.
    Likely,
    /// The user says so.
    Said,
}

impl Confidence {
    /// The confidence in one word.
    pub fn word(self) -> &'static str {
        match self {
            Confidence::Certain => "certain",
            Confidence::Likely => "likely",
            Confidence::Said => "said",
        }
    }
}

/// An address with its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The address.
    pub address: Address,
    /// The object.
    pub id: ObjectId,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why: a clause without a full stop.
    pub evidence: String,
}

/// Addresses whose objects cannot be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Unclear {
    /// The addresses.
    pub addresses: Vec<Address>,
    /// The objects that can be meant.
    pub choices: Vec<Object>,
    /// Arguments of them that must not be shown.
    pub sensitive: BTreeSet<String>,
}

/// What the matching of one kind came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matching {
    /// The addresses with their objects.
    pub found: Vec<Match>,
    /// Those for the user to say.
    pub unclear: Vec<Unclear>,
    /// The addresses that no object fits.
    pub missing: Vec<Address>,
}

/// Matches addresses of one kind and account with the objects that no address has. `owner` names the
/// address of an object that is known already.
///
/// # Errors
/// Answers that cannot be right.
pub fn matched(
    schema: &KindSchema,
    seekers: &[Seeker<'_>],
    objects: &[&Object],
    answers: &Answers,
    owner: &dyn Fn(&str, &str) -> Option<Address>,
) -> Result<Matching, Vec<Diagnostic>> {
    let mut round = Round {
        schema,
        said: Vec::new(),
        open: seekers.to_vec(),
        free: BTreeMap::new(),
        matching: Matching::default(),
        faults: Vec::new(),
    };
    for object in objects {
        round.free.entry(round.shelf(&object.attributes)).or_default().push(object);
    }
    round.answered(answers);
    while round.bind(Confidence::Certain, owner) || round.bind(Confidence::Likely, owner) {}
    round.rest();
    if round.faults.is_empty() { Ok(round.matching) } else { Err(round.faults) }
}

struct Round<'a> {
    schema: &'a KindSchema,
    /// The objects that the user has given to other addresses.
    said: Vec<&'a Object>,
    open: Vec<Seeker<'a>>,
    /// The objects that no address has, by the part of their natural key that is compared as it stands,
    /// so that a large account is not compared all with all.
    free: BTreeMap<Vec<&'a str>, Vec<&'a Object>>,
    matching: Matching,
    faults: Vec<Diagnostic>,
}

impl<'a> Round<'a> {
    fn shelf<'v>(&self, attributes: &'v Attributes) -> Vec<&'v str> {
        let exact = |name: &&&str| self.schema.attribute(name).is_some_and(|a| a.compare == Compare::Exact);
        let names = self.schema.natural_key.iter().filter(exact);
        names.map(|name| attributes.text(name).unwrap_or_default()).collect()
    }

    /// The objects that can be meant at all: they have the natural key.
    fn choices(&self, seeker: &Seeker<'a>) -> Vec<&'a Object> {
        let near = self.free.get(&self.shelf(seeker.want)).map(Vec::as_slice).unwrap_or_default();
        near.iter().copied().filter(|object| self.has_key(seeker, object)).collect()
    }

    fn take(&mut self, object: &'a Object) {
        let shelf = self.shelf(&object.attributes);
        if let Some(near) = self.free.get_mut(&shelf) {
            near.retain(|free| free.id != object.id);
        }
    }

    fn has_key(&self, seeker: &Seeker<'_>, object: &Object) -> bool {
        self.schema.natural_key.iter().all(|name| self.agrees(seeker, object, name))
    }

    fn agrees(&self, seeker: &Seeker<'_>, object: &Object, name: &str) -> bool {
        let attribute = self.schema.attribute(name);
        attribute.is_some_and(|a| diff::equal(a, seeker.want.value(name), object.attributes.value(name)))
    }

    /// The arguments in which an object differs from what is declared, as far as it shows them.
    fn differing(&self, seeker: &Seeker<'_>, object: &Object) -> Vec<&str> {
        let shown = |name: &str| object.attributes.held(name).is_some();
        let compared = |name: &str| {
            self.schema.attribute(name).is_some_and(|a| a.compare != Compare::Volatile && a.is_argument())
        };
        let names = seeker.want.iter().map(|(name, _)| name).filter(|name| shown(name) && compared(name));
        let names = names.filter(|name| !self.agrees(seeker, object, name));
        names.filter_map(|name| self.schema.attribute(name).map(|a| a.name)).collect()
    }

    /// What the user says goes before all evidence.
    fn answered(&mut self, answers: &Answers) {
        let (said, open): (Vec<_>, Vec<_>) =
            self.open.iter().copied().partition(|seeker| answers.0.contains_key(seeker.address));
        self.open = open;
        for seeker in said {
            let answer = &answers.0[seeker.address];
            let Some(id) = &answer.object else {
                self.matching.missing.push(seeker.address.clone());
                continue;
            };
            match self.free.values().flatten().copied().find(|object| object.id == *id) {
                Some(object) => {
                    self.take(object);
                    self.said.push(object);
                    let differs = self.differing(&seeker, object);
                    let mut evidence = match &answer.place {
                        Some(place) => format!("you say so in {}:{}", place.file, place.line),
                        None => "you say so".to_owned(),
                    };
                    evidence.push_str(&in_words(&differs));
                    self.found(&seeker, object, Confidence::Said, evidence);
                }
                None => self.faults.push(not_a_choice(self.schema, seeker.address, id, answer)),
            }
        }
    }

    /// Binds what fits one another and nothing else. Says whether it did, since then others may have
    /// become clear.
    fn bind(&mut self, confidence: Confidence, owner: &dyn Fn(&str, &str) -> Option<Address>) -> bool {
        let mut edges: Vec<(Seeker<'a>, &'a Object)> = Vec::new();
        for seeker in &self.open {
            let choices = self.choices(seeker).into_iter();
            let fits = |object: &&Object| {
                confidence == Confidence::Likely || self.differing(seeker, object).is_empty()
            };
            edges.extend(choices.filter(fits).map(|object| (*seeker, object)));
        }
        let (mut of_seeker, mut of_object) = (BTreeMap::new(), BTreeMap::new());
        for (seeker, object) in &edges {
            *of_seeker.entry(seeker.address).or_insert(0) += 1;
            *of_object.entry(&object.id).or_insert(0) += 1;
        }
        edges.retain(|(seeker, object)| of_seeker[seeker.address] == 1 && of_object[&object.id] == 1);
        for (seeker, object) in &edges {
            let by_answers = self.said.iter().any(|other| self.has_key(seeker, other));
            let confidence = if by_answers { Confidence::Said } else { confidence };
            let evidence = self.evidence(confidence, seeker, object, owner);
            self.found(seeker, object, confidence, evidence);
            self.take(object);
        }
        let bound: BTreeSet<&Address> = edges.iter().map(|(seeker, _)| seeker.address).collect();
        self.open.retain(|seeker| !bound.contains(seeker.address));
        !edges.is_empty()
    }

    fn found(&mut self, seeker: &Seeker<'_>, object: &Object, confidence: Confidence, evidence: String) {
        let (address, id) = (seeker.address.clone(), object.id.clone());
        self.matching.found.push(Match { address, id, confidence, evidence });
    }

    fn evidence(
        &self,
        confidence: Confidence,
        seeker: &Seeker<'_>,
        object: &Object,
        owner: &dyn Fn(&str, &str) -> Option<Address>,
    ) -> String {
        let (mut leads, mut names) = (Vec::new(), Vec::new());
        for name in self.schema.natural_key {
            let Some(value) = object.attributes.text(name).filter(|text| !text.is_empty()) else { continue };
            match self.schema.referred(name).find_map(|kind| owner(kind, value)) {
                Some(address) => leads.push(format!("leads to {address}")),
                None => names.push(*name),
            }
        }
        let mut key = leads;
        if !names.is_empty() {
            key.push(format!("has its {}", names.join(", ")));
        }
        let key = key.join(" and ");
        match confidence {
            // What is left over is no evidence of its own: it is as good as the answer.
            Confidence::Said => {
                let differs = self.differing(seeker, object);
                format!("your answers leave nothing else; it {key}{}", in_words(&differs))
            }
            Confidence::Certain => {
                let shown = |name: &str| object.attributes.get(name).is_some();
                let alike = seeker.want.iter().filter(|(name, _)| shown(name)).count();
                format!("it alone {key}, and it agrees in all {alike} arguments that it shows")
            }
            _ => {
                let differs = self.differing(seeker, object);
                format!("it alone {key}{}", in_words(&differs))
            }
        }
    }

    /// What is left: nothing fits, or it is for the user to say.
    fn rest(&mut self) {
        let left = std::mem::take(&mut self.open);
        let mut left: Vec<(Seeker<'a>, BTreeMap<&'a str, &'a Object>)> = left
            .into_iter()
            .map(|seeker| (seeker, self.choices(&seeker).into_iter().map(|o| (o.id.as_str(), o)).collect()))
            .collect();
        while let Some((first, mut reach)) = left.pop() {
            if reach.is_empty() {
                self.matching.missing.push(first.address.clone());
                continue;
            }
            // Whoever shares a choice is asked together.
            let mut members = vec![first];
            loop {
                let shares =
                    |choices: &BTreeMap<&str, &Object>| choices.keys().any(|id| reach.contains_key(id));
                let (with, without): (Vec<_>, Vec<_>) =
                    left.into_iter().partition(|(_, choices)| shares(choices));
                left = without;
                if with.is_empty() {
                    break;
                }
                for (member, choices) in with {
                    members.push(member);
                    reach.extend(choices);
                }
            }
            members.sort_by(|a, b| a.address.cmp(b.address));
            let mut objects: Vec<Object> = reach.into_values().cloned().collect();
            let born = |o: &Object| o.attributes.text("created_at").map(str::to_owned);
            objects.sort_by_key(|o| (born(o), o.id.clone()));
            self.matching.unclear.push(Unclear {
                addresses: members.iter().map(|member| member.address.clone()).collect(),
                choices: objects,
                sensitive: members.iter().flat_map(|member| member.sensitive.iter().cloned()).collect(),
            });
        }
    }
}

/// What differs, at the end of a sentence.
fn in_words(differs: &[&str]) -> String {
    match differs {
        [] => String::new(),
        names => format!("; {} differ{}", names.join(", "), if names.len() == 1 { "s" } else { "" }),
    }
}

fn not_a_choice(schema: &KindSchema, address: &Address, id: &str, answer: &Answer) -> Diagnostic {
    let detail = format!(
        "there is no {} `{id}` in that account which no address has: it cannot be {address}",
        schema.kind
    );
    Diagnostic::error("An answer that cannot be right", detail)
        .at(answer.place.clone())
        .about(address)
        .hint("`landbridge recover` without answers shows the choices")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{AttributeSchema as A, Type, Value};

    fn schema() -> KindSchema {
        let attributes = vec![
            A::required("net", Type::String, "Where it is."),
            A::optional("name", Type::String, "What it is called."),
            A::computed("created_at", Type::String, "When."),
        ];
        KindSchema { natural_key: &["net"], ..KindSchema::managed("box", "cloud", "A box.", attributes) }
    }

    /// `address=net/name` for seekers, `id=net/name` for objects.
    fn told(seekers: &[&str], objects: &[&str], answers: &[(&str, Option<&str>)]) -> String {
        let attributes = |text: &str| -> Attributes {
            let (net, name) = text.split_once('/').unwrap();
            [("net", net), ("name", name)].into_iter().map(|(n, v)| (n.to_owned(), Value::from(v))).collect()
        };
        let schema = schema();
        let none = BTreeSet::new();
        let wants: Vec<(Address, Attributes)> = seekers
            .iter()
            .map(|text| text.split_once('=').unwrap())
            .map(|(name, want)| (format!("box.{name}").parse().unwrap(), attributes(want)))
            .collect();
        let seekers: Vec<Seeker<'_>> =
            wants.iter().map(|(address, want)| Seeker { address, want, sensitive: &none }).collect();
        let objects: Vec<Object> = objects
            .iter()
            .map(|text| text.split_once('=').unwrap())
            .map(|(id, has)| Object::new(id, attributes(has)))
            .collect();
        let answer = |id: &Option<&str>| Answer { object: id.map(str::to_owned), place: None };
        let answers = answers.iter().map(|(a, id)| (format!("box.{a}").parse().unwrap(), answer(id)));
        let free: Vec<&Object> = objects.iter().collect();
        match matched(&schema, &seekers, &free, &Answers(answers.collect()), &|_, _| None) {
            Err(faults) => faults.iter().map(|f| f.summary.clone()).collect(),
            Ok(mut matching) => {
                matching.found.sort_by(|a, b| a.address.cmp(&b.address));
                let found = matching.found.iter();
                let mut told: Vec<String> = found
                    .map(|m| format!("{}={} {}", m.address.block.name, m.id, m.confidence.word()))
                    .collect();
                for unclear in &matching.unclear {
                    let names: Vec<&str> = unclear.addresses.iter().map(|a| a.block.name.as_str()).collect();
                    let ids: Vec<&str> = unclear.choices.iter().map(|o| o.id.as_str()).collect();
                    told.push(format!("{}?{}", names.join("+"), ids.join("+")));
                }
                told.extend(matching.missing.iter().map(|a| format!("{}-", a.block.name)));
                told.join(", ")
            }
        }
    }

    #[test]
    fn who_is_whom() {
        for (seekers, objects, answers, expected) in [
            (&["a=x/1"][..], &["o=x/1"][..], &[][..], "a=o certain"),
            (&["a=x/1"], &["o=x/2"], &[], "a=o likely"),
            (&["a=x/1"], &["o=y/1"], &[], "a-"),
            // What agrees in all is told from what has only the same key.
            (&["a=x/1"], &["o=x/2", "p=x/1"], &[], "a=p certain"),
            (&["a=x/1", "b=x/2"], &["o=x/2", "p=x/1"], &[], "a=p certain, b=o certain"),
            // One is certain, so the other has only one left.
            (&["a=x/1", "b=x/2"], &["o=x/3", "p=x/1"], &[], "a=p certain, b=o likely"),
            // Alike on either side: nothing is guessed.
            (&["a=x/1"], &["o=x/1", "p=x/1"], &[], "a?o+p"),
            (&["a=x/1", "b=x/1"], &["o=x/1", "p=x/1"], &[], "a+b?o+p"),
            (&["a=x/1", "b=x/1"], &["o=x/1"], &[], "a+b?o"),
            (&["a=x/1"], &["o=x/2", "p=x/3"], &[], "a?o+p"),
            // An answer settles it, and what is left may be clear then.
            (&["a=x/1", "b=x/1"], &["o=x/1", "p=x/1"], &[("a", Some("p"))], "a=p said, b=o said"),
            (&["a=x/1", "b=x/1"], &["o=x/1"], &[("b", None)], "a=o certain, b-"),
            // It may go against the evidence, but not beyond what there is.
            (&["a=x/1"], &["o=x/1", "p=y/1"], &[("a", Some("p"))], "a=p said"),
            (&["a=x/1"], &["o=x/1"], &[("a", Some("q"))], "An answer that cannot be right"),
        ] {
            assert_eq!(told(seekers, objects, answers), expected, "{seekers:?} {objects:?} {answers:?}");
        }
    }
}
