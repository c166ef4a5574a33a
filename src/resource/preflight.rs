//! What a cloud refuses, as data, as far as it can be known before anything is sent. From it `plan`
//! tells which steps would be refused: from what was read anyway, and a few questions more.

/// What the cloud would refuse about the objects of a kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Preflight {
    /// How many there may be.
    pub quota: Option<Quota>,
    /// What an object of this kind connects to, and what that asks of it.
    pub target: Option<Target>,
    /// The code of the refusal where what it lives under is of another project.
    pub elsewhere: &'static str,
    /// Two ways to one object that must lead to the same.
    pub agrees: Option<Agrees>,
    /// What must be among what another object has.
    pub within: &'static [Within],
    /// Attributes that name things of the project the object lives in: networks, ports.
    pub local: &'static [&'static str],
    /// Arguments that go together, and such as do not.
    pub rules: &'static [Rule],
    /// What has to be there already, though no resource stands for it.
    pub exists: Option<Exists>,
    /// Limits that not every region has.
    pub usual: &'static [Usual],
    /// What keeps an object from being deleted.
    pub in_use: Option<InUse>,
    /// What nobody outside can see, each a clause: "whether its `vpc_id` exists".
    pub unseen: &'static [&'static str],
}

/// A quota of the project, asked for by a lookup that answers `quota` and `used`.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// The lookup's kind.
    pub lookup: &'static str,
    /// Its argument.
    pub argument: (&'static str, &'static str),
    /// What is counted, in words.
    pub what: &'static str,
    /// The code of the refusal.
    pub code: &'static str,
}

/// What an object connects to.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The attribute that holds its id.
    pub attribute: &'static str,
    /// Its kind.
    pub kind: &'static str,
    /// The lookup, by `id`, that tells of one that is not in the stack.
    pub lookup: &'static str,
    /// The code of the refusal where there is none in the region.
    pub code: &'static str,
    /// Who may connect.
    pub admission: Admission,
    /// What goes with which sort of it.
    pub sorts: Sorts,
}

/// Who may connect: whom a list beside the target admits, and its own account.
#[derive(Clone, Copy, Debug)]
pub struct Admission {
    /// The kind of the list, which is a shared set of members.
    pub kind: &'static str,
    /// Its attribute that holds the target's id.
    pub theirs: &'static str,
    /// Whether a member admits an account.
    pub admits: fn(member: &str, account: &str) -> Admits,
    /// The member that admits one account; `{account}` is its id.
    pub member: &'static str,
    /// The code of the refusal.
    pub code: &'static str,
}

/// Whether a member of a list admits an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admits {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It depends on what cannot be seen from outside.
    Unseen,
}

/// What goes with which sort of target.
#[derive(Clone, Copy, Debug)]
pub struct Sorts {
    /// The target's attribute that says which sort it is.
    pub attribute: &'static str,
    /// The sorts.
    pub all: &'static [Sort],
    /// The target's attribute that must be true, and the attributes of ours that need it.
    pub switch: (&'static str, &'static [&'static str]),
    /// The code of the refusal where one does not go with it.
    pub code: &'static str,
}

/// A sort of target.
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    /// The value that says so.
    pub is: &'static str,
    /// Attributes that it needs, each with the code of the refusal.
    pub needs: &'static [(&'static str, &'static str)],
    /// Attributes that it refuses.
    pub refuses: &'static [&'static str],
    /// Attributes that it does not heed.
    pub ignores: &'static [&'static str],
}

/// Two ways to one object: our own attribute, and the one of the object that another attribute names.
#[derive(Clone, Copy, Debug)]
pub struct Agrees {
    /// Our attribute, which the other object has too.
    pub attribute: &'static str,
    /// Our attribute that names the other object.
    pub through: &'static str,
    /// The kinds that the other object may be of.
    pub kinds: &'static [&'static str],
    /// The code of the refusal.
    pub code: &'static str,
}

/// What an attribute names must be among what another object has.
#[derive(Clone, Copy, Debug)]
pub struct Within {
    /// The attribute: a name, or members that have one.
    pub attribute: &'static str,
    /// Our attribute that names the other object.
    pub through: &'static str,
    /// The other object's kind.
    pub kind: &'static str,
    /// Its attribute, a set.
    pub set: &'static str,
    /// The field of members that holds the name, on both sides.
    pub field: &'static str,
    /// The code of the refusal,
    pub code: &'static str,
    /// the one where the set is empty,
    pub none: &'static str,
    /// and the one where what leaves the set is in use.
    pub in_use: &'static str,
}

/// Arguments that go together, and such as do not.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// With this value of an attribute another one must be given.
    Needs {
        /// The attribute and its value.
        when: (&'static str, &'static str),
        /// The other one.
        needs: &'static str,
        /// The code of the refusal.
        code: &'static str,
    },
    /// With this value of an attribute others mean nothing.
    Refuses {
        /// The attribute and its value.
        when: (&'static str, &'static str),
        /// The others.
        others: &'static [&'static str],
        /// The code of the refusal.
        code: &'static str,
    },
    /// Exactly one of these is given.
    One {
        /// These.
        of: &'static [&'static str],
        /// The code of the refusal where none is,
        none: &'static str,
        /// and the one where they contradict each other.
        contradict: &'static str,
    },
    /// The keys of a map are names that members of a set have.
    Keys {
        /// The map.
        map: &'static str,
        /// The set.
        set: &'static str,
        /// The members' field that holds the name.
        field: &'static str,
    },
    /// What another object is says what an attribute of ours may be.
    Suits {
        /// Our attribute that names the other object.
        through: &'static str,
        /// Its kind.
        kind: &'static str,
        /// Its attribute.
        theirs: &'static str,
        /// Our attribute.
        ours: &'static str,
        /// For each value of theirs what ours may be.
        pairs: &'static [(&'static str, &'static [&'static str])],
        /// The code of the refusal.
        code: &'static str,
    },
}

/// What has to be there already, though no resource stands for it: the instance of an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Exists {
    /// The attribute that holds its id.
    pub attribute: &'static str,
    /// The lookup, by `id`, that tells of it.
    pub lookup: &'static str,
    /// What it is, in words.
    pub what: &'static str,
    /// The code of the refusal where there is none.
    pub code: &'static str,
    /// What keeps it from being used.
    pub unless: &'static [Unless],
}

/// What keeps something from being used.
#[derive(Clone, Copy, Debug)]
pub struct Unless {
    /// An attribute with one of these values, as text.
    pub has: (&'static str, &'static [&'static str]),
    /// What that means: "is …".
    pub says: &'static str,
    /// The code of the refusal.
    pub code: &'static str,
}

/// A limit that not every region has, so that going beyond it is worth a warning.
#[derive(Clone, Copy, Debug)]
pub struct Usual {
    /// The attribute, which holds several.
    pub attribute: &'static str,
    /// So many every region takes.
    pub most: usize,
    /// The code of the refusal.
    pub code: &'static str,
}

/// What keeps an object from being deleted: connections that are still there.
#[derive(Clone, Copy, Debug)]
pub struct InUse {
    /// The attribute that counts them, if any does; not every answer holds it.
    pub count: Option<&'static str>,
    /// The lookup that lists them,
    pub lookup: &'static str,
    /// by this argument,
    pub argument: &'static str,
    /// in this attribute, a list of objects with `id`, `status` and
    pub list: &'static str,
    /// the account of each.
    pub account: &'static str,
    /// In which statuses they keep the object.
    pub statuses: &'static [&'static str],
    /// The code of the refusal.
    pub code: &'static str,
}
