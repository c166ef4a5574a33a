//! What a creation wanted, and which live objects can be its answer. Pure.

use jiff::{SignedDuration, Timestamp};

use crate::diff;
use crate::resource::{Attributes, Compare, KindSchema, Mark, Object, Value};

/// How far the cloud's clock may be behind ours, and its times rounded.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(5);

/// Everything that a begun creation says about its object.
#[derive(Clone, Copy, Debug)]
pub struct Intent<'a> {
    /// The kind.
    pub schema: &'a KindSchema,
    /// What the call that makes the object asks for ([`asked`](crate::provider::asked)).
    pub want: &'a Attributes,
    /// The mark that was put on it, if one was.
    pub mark: Option<&'a str>,
    /// When it was begun.
    pub since: Timestamp,
}

impl Intent<'_> {
    /// Whether an object can be the answer. A mark decides where the cloud shows it; else the object
    /// is not older than the intent, and equal in everything that the intent says and the object
    /// shows.
    pub fn fits(&self, object: &Object) -> bool {
        match (self.mark, &object.mark) {
            (Some(own), Mark::Of(seen)) => own == seen,
            (Some(_), Mark::Unmarked) | (None, Mark::Of(_)) => false,
            (_, Mark::Unsaid) | (None, Mark::Unmarked) => self.is_like(object),
        }
    }

    fn is_like(&self, object: &Object) -> bool {
        let young = born(&object.attributes).is_none_or(|at| at >= self.since - CLOCK_SLACK);
        young
            && self.want.iter().all(|(name, value)| {
                let Some(attribute) = self.schema.attribute(name) else { return true };
                let shown = object.attributes.held(name);
                shown.is_none_or(|there| diff::equal(attribute, value, there))
            })
    }

    /// How many arguments of the object hold something of which the intent says nothing: the fewer,
    /// the better it fits, since what is made shows nothing that was not asked for.
    pub fn beyond(&self, object: &Object) -> usize {
        let said = |name: &str| self.want.get(name).is_some();
        let own = self.schema.arguments().filter(|a| a.compare != Compare::Volatile && !said(a.name));
        own.filter(|a| !diff::equal(a, &Value::Null, object.attributes.value(a.name))).count()
    }

    /// Whether the object carries this intent's mark.
    pub fn has_marked(&self, object: &Object) -> bool {
        matches!((self.mark, &object.mark), (Some(own), Mark::Of(seen)) if own == seen)
    }

    /// The names of the arguments that the object shows as they were wanted.
    pub fn shown_alike(&self, object: &Object) -> Vec<String> {
        let shown = |name: &str| object.attributes.get(name).is_some();
        self.want.iter().filter(|(name, _)| shown(name)).map(|(name, _)| name.to_owned()).collect()
    }
}

/// When the object was made, by the cloud's clock.
pub fn born(attributes: &Attributes) -> Option<Timestamp> {
    let text = attributes.text("created_at")?;
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

/// Whether objects differ only in what the cloud chose.
pub(super) fn interchangeable(schema: &KindSchema, objects: &[&Object]) -> bool {
    objects.windows(2).all(|pair| telling_apart(schema, pair).is_empty())
}

/// The arguments in which objects of one kind differ.
pub(super) fn telling_apart<'s>(schema: &'s KindSchema, objects: &[&Object]) -> Vec<&'s str> {
    let differs = |name: &str| {
        objects.windows(2).any(|pair| pair[0].attributes.value(name) != pair[1].attributes.value(name))
    };
    let arguments = schema.arguments().filter(|a| a.compare != Compare::Volatile);
    arguments.map(|a| a.name).filter(|name| differs(name)).collect()
}
