//! What hangs on the objects of a kind, as data: whose traffic runs over them, by what others reach
//! them, which changes in place are felt. From it `plan` tells what a step puts at risk.

/// What hangs on the objects of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stakes {
    /// How an object shows that connections run over it.
    pub connected: Connected,
    /// The attribute that names the account whose connection it is; none: the account it lives in.
    pub account: Option<&'static str>,
    /// Attributes that others keep, each with what it is: another object has others.
    pub kept_by_others: &'static [(&'static str, &'static str)],
    /// Changes in place that are felt.
    pub felt: &'static [Felt],
}

/// How an object shows that connections run over it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connected {
    /// None do.
    #[default]
    Never,
    /// So many as this attribute says.
    Count(&'static str),
    /// One, as long as this attribute has this value.
    While(&'static str, &'static str),
}

/// A change in place that somebody feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Felt {
    /// The attribute.
    pub attribute: &'static str,
    /// Which change of it.
    pub when: When,
    /// What it does, a clause: "connections to a mapping that goes are cut".
    pub effect: &'static str,
    /// Whether connections that run now are cut by it.
    pub cuts: bool,
    /// How those who are cut off come back, a clause; empty where nothing is cut.
    pub back: &'static str,
}

/// Which change of an attribute is felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Any.
    Changes,
    /// One that takes members away.
    MembersGo,
    /// One to this value.
    Becomes(&'static str),
}
