//! `limits:`: how much one plan may destroy before apply refuses.

use serde::{Deserialize, Serialize};

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Recorded objects that are deleted, those that are replaced included.
    Deletes,
    /// Recorded objects that are replaced.
    Replacements,
    /// Live connections that are cut.
    CutConnections,
}

impl Limit {
    /// All of them.
    pub const ALL: [Limit; 3] = [Limit::Deletes, Limit::Replacements, Limit::CutConnections];

    /// Its name in the configuration and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Limit::Deletes => "deletes",
            Limit::Replacements => "replacements",
            Limit::CutConnections => "cut_connections",
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Limit, String> {
        let found = Limit::ALL.into_iter().find(|limit| limit.name() == text);
        found.ok_or_else(|| format!("the limits are {}", Limit::ALL.map(Limit::name).join(", ")))
    }
}

/// How much is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Everything.
    Off,
    /// So many.
    Count(u64),
    /// So many of a hundred recorded objects.
    Percent(u64),
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Bound::Off => f.write_str("off"),
            Bound::Count(count) => write!(f, "{count}"),
            Bound::Percent(percent) => write!(f, "{percent} %"),
        }
    }
}

/// The limits of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// See [`Limit::Deletes`]; none where the author says nothing, and [`Limits::DELETES`] holds.
    pub deletes: Option<Bound>,
    /// See [`Limit::Replacements`].
    pub replacements: Bound,
    /// See [`Limit::CutConnections`].
    pub cut_connections: Bound,
    /// A percentage holds for stacks of at least so many recorded objects.
    pub at_least: u64,
}

impl Limits {
    /// How many deletes are allowed where the author says nothing.
    pub const DELETES: Bound = Bound::Percent(30);
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { deletes: None, replacements: Bound::Off, cut_connections: Bound::Off, at_least: 10 }
    }
}
