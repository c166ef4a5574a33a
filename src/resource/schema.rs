//! What a kind is, as data: its attributes, when they are known, how they change, and the order
//! rules that nobody should have to write down.

use std::sync::Arc;

use super::{Attributes, Exclusive, Kind, Preflight, Stakes, Type, Value};

/// One kind of resource or data lookup.
#[derive(Clone, Debug)]
pub struct KindSchema {
    /// The kind's name.
    pub kind: Kind,
    /// The provider type it belongs to (`huaweicloud`).
    pub provider_type: &'static str,
    /// Whether it is managed or a lookup.
    pub mode: super::Mode,
    /// One sentence: what it stands for.
    pub doc: &'static str,
    /// Its attributes in the order the documentation shows them. `id` is among them (computed).
    pub attributes: Vec<AttributeSchema>,
    /// The names of all of them.
    pub names: Arc<[&'static str]>,
    /// How its objects are listed.
    pub listing: Listing,
    /// The attribute without which no call finds an object by its id: an endpoint's instance.
    pub found_by: Option<&'static str>,
    /// Order that the kind itself knows.
    pub order: Vec<OrderRule>,
    /// The attribute that names an object whose end is this one's end too: a whitelist's service,
    /// a decision's endpoint. A delete that such an end covers is not run.
    pub dies_with: Option<&'static str>,
    /// Set where this resource completes another one (an acceptance completes its endpoint).
    pub completes: Option<Completes>,
    /// Set where another object shows how this one is (an endpoint's status is its connection's).
    pub mirrored: Option<Mirrored>,
    /// Attributes that together name one object, for a resource that is not recorded yet. Where
    /// all are known, refresh looks for it, and an object found is adopted (`adopts`).
    pub natural_key: &'static [&'static str],
    /// Whether an object found by natural key is adopted without asking. True for sub-objects that
    /// exist with their parent (a whitelist, a decision), never for objects of their own.
    pub adopts: bool,
    /// What two objects cannot have both at once, so that a new one cannot be made before the old
    /// one is gone.
    pub exclusive: &'static [Exclusive],
    /// Set where the end of a resource does not always end its object.
    pub forgets: Option<Forgets>,
    /// What hangs on its objects.
    pub stakes: Stakes,
    /// What the cloud would refuse.
    pub preflight: Preflight,
    /// Default deadline of create, update and delete, in minutes.
    pub timeout_minutes: u32,
}

/// One attribute of a kind.
#[derive(Clone, Debug)]
pub struct AttributeSchema {
    /// The API's own name, in snake_case.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// One sentence, for `schema`, the editor and messages.
    pub doc: &'static str,
    /// Who says what it is worth.
    pub source: Source,
    /// What a new value of it takes.
    pub change: Change,
    /// How it is compared.
    pub compare: Compare,
    /// Whether listings carry it. What they lack is taken from the record.
    pub listed: bool,
    /// Limits that can be checked offline.
    pub checks: Vec<Check>,
    /// Set where the cloud derives it from an attribute of another object, and moves it with that.
    pub derived: Option<Derived>,
    /// Arguments whose change in place moves what the cloud says of it.
    pub moved_by: &'static [&'static str],
    /// Whether its values belong to the account, project and region of its object, beyond what else
    /// says so: see [`KindSchema::is_placed`].
    pub placed: bool,
    /// What the cloud chooses where the author says nothing, if that is the same everywhere.
    pub usual: Option<Value>,
}

/// What an attribute is derived from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derived {
    /// Our attribute that holds the other object's id.
    pub through: &'static str,
    /// The other object's attribute.
    pub from: &'static str,
}

/// Who says what an attribute is worth.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The author must.
    Required,
    /// The author may; omitted means: leave alone.
    Optional,
    /// The author may; omitted means this value, sent explicitly and enforced.
    Default(Value),
    /// The cloud does; the author cannot.
    Computed(Known),
}

/// When a computed attribute is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// From the object's creation on.
    AtCreation,
    /// Only when the other side has accepted; it may stay unknown for long.
    OnAcceptance,
}

/// What a new value of an attribute takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// One call; the object keeps its id.
    InPlace,
    /// A new object, for the reason given (a clause: "the API has no call that changes it").
    Replace(&'static str),
    /// In place if the new value lies this way, a new object otherwise, for the reason given.
    OneWay(OneWay, &'static str),
    /// A setting of ours that no API holds (a whitelist's `mode`): recorded, never sent.
    Setting,
}

/// The direction in which a value can change in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneWay {
    /// Away from this value, with which every object starts: nothing known is this value, too.
    From(&'static str),
    /// A set may gain members, and lose none.
    Growing,
}

/// How an attribute is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compare {
    /// Equal values are equal.
    Exact,
    /// The live value is decorated: the wanted text is the part between the first and the last dot
    /// (`{region}.{name}.{id}`), empty where there is only one dot.
    MiddlePart,
    /// A set of objects that others may share: only our own members are compared, unless the set is exclusive.
    Members {
        /// The field that names a member.
        key: &'static str,
        /// The attribute that says who owns the set, and its value for "all of it is ours".
        exclusive: (&'static str, &'static str),
        /// What a text names: texts that mean the same member give the same.
        named: Naming,
        /// A member that is always there without being listed; `{account}` is the owner's account.
        implicit: &'static str,
    },
    /// Maps of which the author's keys are managed as a whole (tags): equal as maps.
    Map,
    /// A status that moves by itself: only leaving one of these is drift.
    Status(&'static [&'static str]),
    /// Moves by itself; never drift, never change.
    Volatile,
}

/// What the text of a member names.
#[derive(Clone, Copy, Debug)]
pub struct Naming(pub fn(&str) -> &str);

impl PartialEq for Naming {
    fn eq(&self, other: &Naming) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

impl Eq for Naming {}

impl Compare {
    /// Whether this is a shared set of members, whose update is two steps: *grant* and *revoke*.
    pub fn members(&self) -> bool {
        matches!(self, Compare::Members { .. })
    }
}

/// A limit that can be checked before anything is sent. Lengths are in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// Text of at most so many characters.
    MaxLength(usize),
    /// Text that matches the whole pattern; the second is what the message says is allowed.
    Pattern(&'static str, &'static str),
    /// Any text but this one; the second says why.
    Not(&'static str, &'static str),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A whole number within these bounds.
    Range(i64, i64),
    /// So many elements or entries at least and at most.
    Items(usize, usize),
    /// A UUID with dashes.
    Uuid,
    /// An IPv4 address.
    Ipv4,
    /// An IPv4 address or CIDR range.
    Ipv4OrCidr,
    /// An IPv4 address outside this range; the second says why.
    Outside(&'static str, &'static str),
    /// The check holds for every element (of a list or set) or every value (of a map).
    Each(Box<Check>),
    /// The check holds for every key of a map.
    Keys(Box<Check>),
    /// The check holds for this field of every element.
    Field(&'static str, Box<Check>),
}

/// How the objects of a kind are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// All objects of the project, by pages.
    Project,
    /// All objects under one parent, which this attribute names.
    Under(&'static str),
    /// There is no listing (data lookups).
    None,
}

/// Order between resources that the kinds know by themselves. Deletion runs the other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderRule {
    /// The attribute holds the id of an object of that kind; wait for it.
    Refers {
        /// Our attribute.
        attribute: &'static str,
        /// The kind of the object it names.
        kind: &'static str,
    },
    /// Wait for every resource of that kind whose attribute names the same object as ours: an
    /// endpoint waits for the whitelist of its service.
    Beside {
        /// Our attribute.
        attribute: &'static str,
        /// The kind to wait for.
        kind: &'static str,
        /// Its attribute.
        theirs: &'static str,
    },
}

/// What a resource completes: after its step, the other resource is read again, and its late
/// attributes are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completes {
    /// Our attribute that holds the other object's id.
    pub attribute: &'static str,
    /// The kinds that the other object may be of.
    pub kinds: &'static [&'static str],
}

/// Which object shows how ours is: while its status is the one we recorded, ours is as recorded, and
/// nobody has to ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mirrored {
    /// Our attribute that holds the other object's id.
    pub attribute: &'static str,
    /// The kinds that the other object may be of.
    pub kinds: &'static [&'static str],
    /// Our attribute that is one and the same with
    pub status: &'static str,
    /// this one of the other object.
    pub theirs: &'static str,
    /// Arguments of ours that it does not show: where the author sets one, ours is asked for.
    pub apart: &'static [&'static str],
}

impl OneWay {
    /// Whether the way leads from what is there to what is wanted. A want that is not known
    /// yet may be anything.
    pub fn leads(self, there: &Value, want: Option<&Value>) -> bool {
        match self {
            OneWay::From(start) => there.as_str().unwrap_or(start) == start,
            OneWay::Growing => {
                let there = there.as_list().unwrap_or_default();
                let want = want.and_then(Value::as_list).unwrap_or_default();
                there.iter().all(|member| want.contains(member))
            }
        }
    }
}

impl KindSchema {
    /// A managed kind without rules of its own; providers fill in the rest by struct update.
    pub fn managed(
        kind: &str,
        provider_type: &'static str,
        doc: &'static str,
        attributes: Vec<AttributeSchema>,
    ) -> KindSchema {
        KindSchema {
            kind: kind.into(),
            provider_type,
            mode: super::Mode::Managed,
            doc,
            names: attributes.iter().map(|a| a.name).collect(),
            attributes,
            listing: Listing::Project,
            found_by: None,
            order: Vec::new(),
            dies_with: None,
            completes: None,
            mirrored: None,
            natural_key: &[],
            adopts: false,
            exclusive: &[],
            forgets: None,
            stakes: Stakes::default(),
            preflight: Preflight::default(),
            timeout_minutes: 10,
        }
    }

    /// A data lookup.
    pub fn data(
        kind: &str,
        provider_type: &'static str,
        doc: &'static str,
        attributes: Vec<AttributeSchema>,
    ) -> KindSchema {
        KindSchema {
            mode: super::Mode::Data,
            listing: Listing::None,
            ..KindSchema::managed(kind, provider_type, doc, attributes)
        }
    }

    /// The schema of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&AttributeSchema> {
        self.attributes.iter().find(|a| a.name == name)
    }

    /// An answer, with what was known before of what it does not hold.
    pub fn known(&self, mut answer: Attributes, before: &Attributes) -> Attributes {
        // Mostly nothing has moved, and then what was known before is the same and shared.
        if answer.shares(before) {
            return answer;
        }
        if before.covers(&answer) && before.iter().all(|(name, _)| self.attribute(name).is_some()) {
            return before.clone();
        }
        for attribute in &self.attributes {
            if answer.held(attribute.name).is_none()
                && let Some(value) = before.get(attribute.name)
            {
                answer.set(attribute.name, value.clone());
            }
        }
        answer
    }

    /// Whether an argument's values belong to the account, project and region of its object, so that
    /// they mean nothing elsewhere: ids of networks, of ports, of other objects.
    pub fn is_placed(&self, attribute: &AttributeSchema) -> bool {
        let refers = self.referred(attribute.name).next().is_some();
        attribute.placed || refers || self.preflight.local.contains(&attribute.name)
    }

    /// Under what its objects are listed: the attribute that names it, and its kind; none where they have a
    /// listing of their own.
    pub fn listed_under(&self) -> Option<(&'static str, &'static str)> {
        let Listing::Under(attribute) = self.listing else { return None };
        Some((attribute, self.referred(attribute).next()?))
    }

    /// The kinds whose objects an attribute names; none if it names no object.
    pub fn referred<'a>(&'a self, attribute: &'a str) -> impl Iterator<Item = &'static str> + 'a {
        self.order.iter().filter_map(move |rule| match rule {
            OrderRule::Refers { attribute: name, kind } if *name == attribute => Some(*kind),
            _ => None,
        })
    }

    /// The attributes an author may set.
    pub fn arguments(&self) -> impl Iterator<Item = &AttributeSchema> {
        self.attributes.iter().filter(|a| a.is_argument())
    }
}

impl AttributeSchema {
    /// An attribute that changes in place, is compared exactly and stands in listings.
    fn new(name: &'static str, ty: Type, source: Source, doc: &'static str) -> AttributeSchema {
        AttributeSchema {
            name,
            ty,
            doc,
            source,
            change: Change::InPlace,
            compare: Compare::Exact,
            listed: true,
            checks: Vec::new(),
            derived: None,
            moved_by: &[],
            placed: false,
            usual: None,
        }
    }

    /// One that the author must give.
    pub fn required(name: &'static str, ty: Type, doc: &'static str) -> AttributeSchema {
        AttributeSchema::new(name, ty, Source::Required, doc)
    }

    /// One that the author may give; omitted, it is left alone.
    pub fn optional(name: &'static str, ty: Type, doc: &'static str) -> AttributeSchema {
        AttributeSchema::new(name, ty, Source::Optional, doc)
    }

    /// One with a default that is sent and enforced.
    pub fn default(
        name: &'static str,
        ty: Type,
        value: impl Into<Value>,
        doc: &'static str,
    ) -> AttributeSchema {
        AttributeSchema::new(name, ty, Source::Default(value.into()), doc)
    }

    /// One that the cloud chooses when the object is made.
    pub fn computed(name: &'static str, ty: Type, doc: &'static str) -> AttributeSchema {
        AttributeSchema::new(name, ty, Source::Computed(Known::AtCreation), doc)
    }

    /// One that the cloud knows only when the other side has accepted.
    pub fn late(name: &'static str, ty: Type, doc: &'static str) -> AttributeSchema {
        AttributeSchema::new(name, ty, Source::Computed(Known::OnAcceptance), doc)
    }

    /// A new value takes a new object, for this reason.
    #[must_use]
    pub fn replaces(mut self, why: &'static str) -> AttributeSchema {
        self.change = Change::Replace(why);
        self
    }

    /// It changes in place one way only; the other way takes a new object, for this reason.
    #[must_use]
    pub fn one_way(mut self, way: OneWay, why: &'static str) -> AttributeSchema {
        self.change = Change::OneWay(way, why);
        self
    }

    /// It is a setting of ours.
    #[must_use]
    pub fn setting(mut self) -> AttributeSchema {
        self.change = Change::Setting;
        self
    }

    /// It is compared in this way.
    #[must_use]
    pub fn compared(mut self, compare: Compare) -> AttributeSchema {
        self.compare = compare;
        self
    }

    /// The cloud derives it from this attribute of the object that ours names.
    #[must_use]
    pub fn derived(mut self, through: &'static str, from: &'static str) -> AttributeSchema {
        self.derived = Some(Derived { through, from });
        self
    }

    /// A change of these arguments moves it.
    #[must_use]
    pub fn moved_by(mut self, arguments: &'static [&'static str]) -> AttributeSchema {
        self.moved_by = arguments;
        self
    }

    /// Its values belong to the account, project and region of its object.
    #[must_use]
    pub fn placed(mut self) -> AttributeSchema {
        self.placed = true;
        self
    }

    /// Where the author says nothing, the cloud chooses this.
    #[must_use]
    pub fn usually(mut self, value: impl Into<Value>) -> AttributeSchema {
        self.usual = Some(value.into());
        self
    }

    /// Listings lack it.
    #[must_use]
    pub fn unlisted(mut self) -> AttributeSchema {
        self.listed = false;
        self
    }

    /// It must also pass this check.
    #[must_use]
    pub fn check(mut self, check: Check) -> AttributeSchema {
        self.checks.push(check);
        self
    }

    /// Whether an author may set it.
    pub fn is_argument(&self) -> bool {
        !matches!(self.source, Source::Computed(_))
    }

    /// Whether it may stay unknown until the other side accepts.
    pub fn is_late(&self) -> bool {
        self.source == Source::Computed(Known::OnAcceptance)
    }
}

/// When the end of a resource only forgets its object: it was only adopted, or this attribute has
/// this value (a decision to reject stays rejected).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgets {
    /// The attribute.
    pub attribute: &'static str,
    /// Its value.
    pub value: &'static str,
}
