//! Live objects as a configuration that a person would have written: references instead of ids, one
//! block for what repeats, names from names, and a comment where something had to be guessed. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{naming, yaml};
use crate::resource::{
    Address, AttributeSchema, Attributes, Block, Change, Compare, Key, Kind, KindSchema, Listing, Object,
    ObjectId, OrderRule, ProviderName, Rule, Source, Value,
};

/// An object to be written.
#[derive(Clone, Debug)]
pub struct Exportable<'a> {
    /// Its kind.
    pub schema: &'a KindSchema,
    /// The provider block it was read through.
    pub provider: ProviderName,
    /// The object, in normal form.
    pub object: Object,
    /// The name it has elsewhere, if it has one.
    pub name: Option<String>,
    /// The key it has elsewhere, if it is one of several.
    pub key: Option<String>,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    /// The `resources:` section.
    pub text: String,
    /// The address of each object.
    pub addresses: BTreeMap<Address, ObjectId>,
}

/// One block of the text.
struct Part<'a> {
    schema: &'a KindSchema,
    block: Block,
    provider: ProviderName,
    comments: Vec<String>,
    for_each: Option<String>,
    /// Each argument as it is written.
    arguments: Vec<(&'static str, String)>,
}

/// A description makes a name up to so many characters.
const LONGEST_NAME: usize = 40;

/// An address with the expression that stands for its id elsewhere.
type Known = BTreeMap<(Kind, ObjectId), Address>;

/// Writes objects. `known` are those that have an address already, `taken` the names of each kind
/// that the configuration has.
pub fn written(
    objects: &[Exportable<'_>],
    known: &BTreeMap<(Kind, ObjectId), Address>,
    taken: &BTreeMap<Kind, BTreeSet<String>>,
) -> Written {
    let mut writing =
        Writing { known: known.clone(), taken: taken.clone(), parts: Vec::new(), addresses: BTreeMap::new() };
    let mut kinds: Vec<&KindSchema> = Vec::new();
    for one in objects {
        if !kinds.iter().any(|kind| kind.kind == one.schema.kind) {
            kinds.push(one.schema);
        }
    }
    // What is referred to is named first.
    let among = kinds.clone();
    kinds.sort_by_key(|kind| (depth(kind, &among), kind.kind.clone()));
    for kind in kinds {
        writing.kind(objects.iter().filter(|one| one.schema.kind == kind.kind).collect());
    }
    Written { text: text(&writing.parts), addresses: writing.addresses }
}

/// How many kinds a kind refers to, one behind the other.
fn depth(kind: &KindSchema, among: &[&KindSchema]) -> usize {
    let referred = |rule: &OrderRule| match rule {
        OrderRule::Refers { kind, .. } => among.iter().find(|other| other.kind.as_str() == *kind),
        OrderRule::Beside { .. } => None,
    };
    kind.order.iter().filter_map(referred).map(|other| 1 + depth(other, among)).max().unwrap_or(0)
}

struct Writing<'a> {
    known: Known,
    taken: BTreeMap<Kind, BTreeSet<String>>,
    parts: Vec<Part<'a>>,
    addresses: BTreeMap<Address, ObjectId>,
}

impl<'a> Writing<'a> {
    /// All objects of one kind: those that repeat share a block.
    fn kind(&mut self, mut objects: Vec<&Exportable<'a>>) {
        objects.sort_by_key(|one| {
            let born = one.object.attributes.text("created_at").map(str::to_owned);
            (born, one.object.id.clone())
        });
        let mut groups: Vec<(String, Vec<&Exportable<'a>>)> = Vec::new();
        for one in objects {
            let alike = self.alike(one);
            match groups.iter_mut().find(|(other, _)| *other == alike) {
                Some((_, members)) => members.push(one),
                None => groups.push((alike, vec![one])),
            }
        }
        for (_, members) in groups {
            let keyed = self.each_of(&members);
            match &members[..] {
                [one] if keyed.is_none() && (one.key.is_none() || stands_alone(one.schema)) => self.one(one),
                _ => self.many(&members, keyed),
            }
        }
    }

    /// What members of one block have in common: all but the places where they are.
    fn alike(&self, one: &Exportable<'a>) -> String {
        let places = places(one.schema);
        let arguments = arguments(one.schema, &one.object.attributes);
        let common = arguments.iter().filter(|(name, _)| !places.contains(name));
        let mut alike = format!("{}", one.provider);
        for (name, value) in common {
            let target = self.target(one.schema, name, value);
            // Instances of one block are one target.
            let told = target.map_or_else(|| value.to_string(), |address| address.block.to_string());
            let _ = write!(alike, "\n{name} {told}");
        }
        if let Some(name) = &one.name {
            let _ = write!(alike, "\nname {name}");
        }
        if stands_alone(one.schema) {
            let _ = write!(alike, "\nid {}", one.object.id);
        }
        alike
    }

    /// The address that an argument leads to.
    fn target(&self, schema: &KindSchema, name: &str, value: &Value) -> Option<&Address> {
        let id = value.as_str()?;
        schema.referred(name).find_map(|kind| self.known.get(&(Kind::from(kind), id.to_owned())))
    }

    /// The keys of the instances that members belong to, one to one, if they do.
    fn each_of(&self, members: &[&Exportable<'a>]) -> Option<Vec<Key>> {
        let key = |one: &&Exportable<'a>| {
            let arguments = arguments(one.schema, &one.object.attributes);
            arguments.iter().find_map(|(name, value)| self.target(one.schema, name, value)?.key.clone())
        };
        members.iter().map(key).collect()
    }

    fn one(&mut self, one: &Exportable<'a>) {
        let (name, guess) = self.name(one);
        let block = Block::managed(one.schema.kind.clone(), &name);
        let mut comments: Vec<String> = guess.into_iter().collect();
        let mut given = Vec::new();
        for (name, value) in arguments(one.schema, &one.object.attributes) {
            given.push((name, self.argument(one, name, &value, &mut comments)));
        }
        self.note_unshown(one, &mut comments);
        self.bind(block.instance(None), one);
        let (schema, provider) = (one.schema, one.provider.clone());
        self.parts.push(Part { schema, block, provider, comments, for_each: None, arguments: given });
    }

    /// One block for members that differ only in where they are, or belong to instances.
    fn many(&mut self, members: &[&Exportable<'a>], keyed: Option<Vec<Key>>) {
        let first = members[0];
        let schema = first.schema;
        let (name, guess) = self.name(first);
        let block = Block::managed(schema.kind.clone(), &name);
        let mut comments: Vec<String> = guess.into_iter().collect();
        let follows = keyed.is_some();
        let elsewhere: Option<Vec<Key>> =
            members.iter().map(|one| one.key.as_deref().map(Key::from)).collect();
        let distinct = |keys: &Vec<Key>| keys.iter().collect::<BTreeSet<_>>().len() == keys.len();
        let keys = keyed.or_else(|| elsewhere.filter(distinct)).unwrap_or_else(|| {
            comments.push("the keys are guessed: number them as you like before the first apply".to_owned());
            (1..=members.len()).map(|number| Key::from(number.to_string())).collect()
        });
        let all: Vec<BTreeMap<&str, Value>> = members
            .iter()
            .map(|one| arguments(schema, &one.object.attributes).into_iter().collect())
            .collect();
        let differing: Vec<&str> = places(schema)
            .into_iter()
            .filter(|name| !follows && all.iter().any(|a| a.get(name) != all[0].get(name)))
            .collect();
        let for_each = if differing.is_empty() {
            let keys: Vec<String> =
                keys.iter().map(|key| serde_json::Value::from(key.as_str()).to_string()).collect();
            format!(" '${{toset([{}])}}'", keys.join(", "))
        } else {
            let mut rows = String::new();
            for (key, values) in keys.iter().zip(&all) {
                let cells = differing.iter().filter_map(|name| {
                    let attribute = schema.attribute(name)?;
                    Some(format!("{name}: {}", yaml::value(values.get(name)?, &attribute.ty)))
                });
                let cells: Vec<String> = cells.collect();
                let key = serde_json::Value::from(key.as_str());
                let _ = write!(rows, "\n        {key}: {{ {} }}", cells.join(", "));
            }
            rows
        };
        let mut given = Vec::new();
        for (name, value) in arguments(schema, &first.object.attributes) {
            let through =
                self.target(schema, name, &value).filter(|address| follows && address.key.is_some());
            given.push(match through {
                Some(address) => (name, format!("${{{}[each.key].id}}", address.block)),
                None if differing.contains(&name) => (name, format!("${{each.value.{name}}}")),
                None => (name, self.argument(first, name, &value, &mut comments)),
            });
        }
        self.note_unshown(first, &mut comments);
        for (key, one) in keys.into_iter().zip(members) {
            self.bind(block.instance(Some(key)), one);
        }
        let provider = first.provider.clone();
        self.parts.push(Part {
            schema,
            block,
            provider,
            comments,
            for_each: Some(for_each),
            arguments: given,
        });
    }

    fn bind(&mut self, address: Address, one: &Exportable<'a>) {
        self.known.insert((one.schema.kind.clone(), one.object.id.clone()), address.clone());
        self.addresses.insert(address, one.object.id.clone());
    }

    /// One argument as it is written: a reference where it leads to what has an address.
    fn argument(
        &self,
        one: &Exportable<'a>,
        name: &str,
        value: &Value,
        comments: &mut Vec<String>,
    ) -> String {
        if let Some(address) = self.target(one.schema, name, value) {
            return format!("${{{address}.id}}");
        }
        if one.schema.referred(name).next().is_some() {
            // What the cloud calls it says more than an id.
            let through = |a: &&AttributeSchema| a.derived.is_some_and(|derived| derived.through == name);
            let whose = one.schema.attributes.iter().filter(through);
            let mut whose =
                whose.filter_map(|a| one.object.attributes.text(a.name)).filter(|t| !t.is_empty());
            let whose = whose.next().map_or_else(String::new, |text| format!(", {text}"));
            comments.push(format!("`{name}` is an object that is not in this configuration{whose}"));
        }
        let attribute = one.schema.attribute(name);
        attribute.map_or_else(String::new, |attribute| yaml::argument(value, &attribute.ty, 8))
    }

    /// The name of a block, and what to say where it is a guess.
    fn name(&mut self, one: &Exportable<'a>) -> (String, Option<String>) {
        let attributes = &one.object.attributes;
        let tag = attributes.value("tags").as_map();
        let tag = tag.and_then(|tags| ["Name", "name"].iter().find_map(|key| tags.get(*key)?.as_str()));
        let is_name = |a: &&AttributeSchema| a.compare == Compare::MiddlePart || a.name == "name";
        let named = one.schema.arguments().find(is_name).and_then(|a| attributes.text(a.name));
        let elsewhere = one.name.as_ref().map(|name| match &one.key {
            Some(key) if stands_alone(one.schema) => format!("{name}_{key}"),
            _ => name.clone(),
        });
        let given = elsewhere.as_deref().or(tag).or(named).and_then(naming::plain);
        let (name, guess) = match given {
            Some(name) => (name, None),
            None => match self.parent(one) {
                Some((block, provider))
                    if one.schema.listing == Listing::Project && provider != one.provider =>
                {
                    (naming::plain(&format!("{}_{}", block.name, one.provider)).unwrap_or_default(), None)
                }
                Some((block, _)) => (block.name.to_string(), None),
                None => match described(one).and_then(naming::plain) {
                    Some(name) => (name, None),
                    None => {
                        let kind = one.schema.kind.as_str();
                        let short = kind.split_once('_').map_or(kind, |(_, short)| short);
                        let name = format!("{short}_{}", naming::of_id(&one.object.id));
                        (name, Some("the name is made up: the object has none".to_owned()))
                    }
                },
            },
        };
        let taken = self.taken.entry(one.schema.kind.clone()).or_default();
        (naming::unique(name, taken), guess)
    }

    /// The block that the last reference leads to, with its provider.
    fn parent(&self, one: &Exportable<'a>) -> Option<(Block, ProviderName)> {
        let arguments = arguments(one.schema, &one.object.attributes);
        let refers = one.schema.order.iter().rev().filter_map(|rule| match rule {
            OrderRule::Refers { attribute, .. } => Some(*attribute),
            OrderRule::Beside { .. } => None,
        });
        let mut leads = refers.filter_map(|name| {
            let (_, value) = arguments.iter().find(|(other, _)| *other == name)?;
            let block = self.target(one.schema, name, value)?.block.clone();
            let part = self.parts.iter().find(|part| part.block == block);
            Some((block, part.map_or_else(|| one.provider.clone(), |part| part.provider.clone())))
        });
        leads.next()
    }

    /// Says what the cloud does not show and a default stands for.
    fn note_unshown(&self, one: &Exportable<'a>, comments: &mut Vec<String>) {
        for attribute in one.schema.arguments() {
            if let Source::Default(value) = &attribute.source
                && attribute.change != Change::Setting
                && one.object.attributes.held(attribute.name).is_none()
            {
                comments
                    .push(format!("`{}` is not shown by the cloud now; {value} is assumed", attribute.name));
            }
        }
    }
}

/// A description that is short enough for a name.
fn described<'o>(one: &'o Exportable<'_>) -> Option<&'o str> {
    let description = one.object.attributes.text("description")?;
    (description.chars().count() <= LONGEST_NAME).then_some(description)
}

/// Whether nothing else explains an object of this kind, so that each has a block of its own.
fn stands_alone(schema: &KindSchema) -> bool {
    let refers = schema.order.iter().any(|rule| matches!(rule, OrderRule::Refers { .. }));
    schema.listing == Listing::Project && !refers
}

/// The arguments that say where an object is: those of its natural key that lead to no object of ours.
fn places(schema: &KindSchema) -> Vec<&'static str> {
    if schema.listing != Listing::Project {
        return Vec::new();
    }
    schema.natural_key.iter().copied().filter(|name| schema.referred(name).next().is_none()).collect()
}

/// The arguments that say something: neither what they are anyway, nor empty where that means "left
/// alone", nor what follows from another one, nor what means nothing beside another one.
fn arguments(schema: &KindSchema, attributes: &Attributes) -> Vec<(&'static str, Value)> {
    let refused: Vec<&str> = schema
        .preflight
        .rules
        .iter()
        .filter_map(|rule| match rule {
            Rule::Refuses { when: (name, value), others, .. } => {
                (attributes.text(name) == Some(value)).then_some(*others)
            }
            _ => None,
        })
        .flatten()
        .copied()
        .collect();
    let follows = |attribute: &AttributeSchema| {
        attribute.derived.is_some_and(|derived| attributes.text(derived.through).is_some())
    };
    let said = schema.arguments().filter(|a| a.change != Change::Setting && !refused.contains(&a.name));
    let said = said.filter_map(|attribute| {
        let value = attributes.get(attribute.name)?;
        let usual = match &attribute.source {
            Source::Default(default) => value == default,
            Source::Required | Source::Computed(_) => false,
            _ if attribute.usual.as_ref() == Some(value) => true,
            Source::Optional if follows(attribute) => true,
            Source::Optional => match value {
                Value::Bool(set) => !set,
                Value::String(text) => text.is_empty(),
                Value::List(items) => items.is_empty(),
                Value::Map(entries) => entries.is_empty(),
                _ => false,
            },
        };
        (!usual).then(|| (attribute.name, value.clone()))
    });
    said.collect()
}

/// The section.
fn text(parts: &[Part<'_>]) -> String {
    let mut text = String::from("resources:\n");
    let mut kinds: Vec<&Kind> = Vec::new();
    for part in parts {
        if !kinds.contains(&&part.schema.kind) {
            kinds.push(&part.schema.kind);
        }
    }
    for kind in kinds {
        let _ = writeln!(text, "  {kind}:");
        for part in parts.iter().filter(|part| part.schema.kind == *kind) {
            for comment in &part.comments {
                let _ = writeln!(text, "    # {}", comment.replace(['\n', '\r'], " "));
            }
            let _ = writeln!(text, "    {}:", part.block.name);
            if let Some(for_each) = &part.for_each {
                let _ = writeln!(text, "      for_each:{for_each}");
            }
            let _ = writeln!(text, "      provider: {}", yaml::text(part.provider.as_str()));
            for (name, value) in &part.arguments {
                let space = if value.starts_with('\n') { "" } else { " " };
                let _ = writeln!(text, "      {name}:{space}{value}");
            }
        }
    }
    text
}
