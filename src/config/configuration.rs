//! What a configuration says, checked: the value that later stages read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use smol_str::SmolStr;

use super::imports::Import;
use super::limits::Limits;
use super::policies::PolicySettings;
use super::source::ReadFile;
use crate::diagnostic::Place;
use crate::expr::{Account, Input, Template, Val};
use crate::resource::{Address, AddressError, Block, ProviderName, Rows, Type, Value};

/// How many snapshots a history keeps unless the author says so.
pub(super) const DEFAULT_SNAPSHOTS: usize = 100;

/// How many may be kept.
pub(super) const SNAPSHOTS: std::ops::RangeInclusive<usize> = 1..=10_000;

/// A checked configuration.
pub struct Configuration {
    /// The identity of the state.
    pub stack: String,
    /// Where it is said.
    pub stack_place: Place,
    /// The provider blocks.
    pub providers: BTreeMap<ProviderName, ProviderBlock>,
    /// The resource and data blocks.
    pub blocks: BTreeMap<Block, Box<ResourceBlock>>,
    /// The outputs.
    pub outputs: BTreeMap<String, OutputBlock>,
    /// The existing objects that belong to addresses.
    pub imports: Vec<Import>,
    /// How much one plan may destroy.
    pub limits: Limits,
    /// How many snapshots the history of the state keeps.
    pub snapshots: usize,
    /// The variables, each with its value.
    pub variables: BTreeMap<String, Variable>,
    /// The local values.
    pub locals: BTreeMap<Arc<str>, LocalValue>,
    /// The policies that plans are held against.
    pub policies: PolicySettings,
    /// The environment that was given.
    pub env: BTreeMap<String, String>,
    /// Whether the simulated cloud takes the place of every provider.
    pub simulated: bool,
    /// What `path.module` is worth.
    pub module_dir: Arc<str>,
    /// The texts that places point into, by the name of the file.
    pub sources: BTreeMap<Arc<str>, Arc<str>>,
    /// SHA-256 over what is declared, without credentials and comments, and over the values of the
    /// variables.
    pub digest: String,
    pub(super) read_file: ReadFile,
    pub(super) account: Account,
}

impl std::fmt::Debug for Configuration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Configuration")
            .field("stack", &self.stack)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// One account, project and region to work in.
#[derive(Debug)]
pub struct ProviderBlock {
    /// Its name.
    pub name: ProviderName,
    /// The provider type (`huaweicloud`).
    pub kind_type: String,
    /// Its settings, under their path (`region`, `auth.access_key`).
    pub settings: BTreeMap<String, Template>,
    /// The paths of those that are secrets.
    pub secrets: BTreeSet<String>,
    /// The simulated account that it stands for, where the author says so.
    pub sim_account: Option<String>,
    /// Whether a tag makes the evidence of creation certain.
    pub mark: bool,
    /// Where it is declared.
    pub place: Place,
}

/// One resource or data block.
#[derive(Debug)]
pub struct ResourceBlock {
    /// Which one.
    pub block: Block,
    /// The provider block it belongs to: the one it names, or the only one of its kind's type.
    pub provider: ProviderName,
    /// What its instances are made for.
    pub for_each: Option<Template>,
    /// What it waits for besides its references.
    pub depends_on: Vec<(Dependency, Place)>,
    /// How it is replaced, and what is left alone.
    pub lifecycle: Lifecycle,
    /// Deadlines that differ from the kind's.
    pub timeouts: Timeouts,
    /// Attributes that must not be shown.
    pub sensitive: BTreeSet<String>,
    /// Its attributes.
    pub attributes: Rows<SmolStr, Box<Argument>>,
    /// Where it is declared.
    pub place: Place,
    /// Every reference of any part of it in order, also through locals, each with the place in this block;
    /// the attribute is missing where a whole block or object is read.
    pub reads: Box<[((Block, Option<String>), Place)]>,
}

/// What `depends_on` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dependency {
    /// Every instance of a block.
    Block(Block),
    /// One instance.
    Address(Address),
}

impl std::fmt::Display for Dependency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Dependency::Block(block) => block.fmt(f),
            Dependency::Address(address) => address.fmt(f),
        }
    }
}

impl std::str::FromStr for Dependency {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(block) => Ok(Dependency::Block(block)),
            Err(_) => text.parse().map(Dependency::Address),
        }
    }
}

impl Dependency {
    /// The block.
    pub fn block(&self) -> &Block {
        match self {
            Dependency::Block(block) => block,
            Dependency::Address(address) => &address.block,
        }
    }

    /// Whether it is about an address.
    pub fn covers(&self, address: &Address) -> bool {
        match self {
            Dependency::Block(block) => address.block == *block,
            Dependency::Address(one) => address == one,
        }
    }
}

/// One attribute as it was written.
#[derive(Debug)]
pub struct Argument {
    /// Its value.
    pub template: Template,
    /// Where the value stands.
    pub place: Place,
    /// Where the key stands.
    pub key_place: Place,
    /// The value, where it reads neither resources nor `each`: of the attribute's type, checked,
    /// with its sensitive mark.
    pub(super) settled: Option<Arc<Input>>,
    /// Whether it has a fault that was reported.
    pub(super) broken: bool,
}

impl Argument {
    /// The value, of the attribute's type, where it is written out and not worked out from anything.
    pub fn constant(&self) -> Option<&Value> {
        let literal = self.template.literal().is_some();
        self.settled.as_ref().filter(|_| literal).and_then(|input| input.known())
    }
}

/// How a resource is replaced, and what is left alone.
#[derive(Debug, Default)]
pub struct Lifecycle {
    /// Whether a plan that would destroy it is refused.
    pub prevent_destroy: bool,
    /// Whether a replacement is created before the old object is deleted.
    pub create_before_destroy: bool,
    /// The attributes whose changes are ignored.
    pub ignore_changes: Ignore,
    /// What a change of replaces this.
    pub replace_triggered_by: Vec<Trigger>,
    /// What must hold before.
    pub preconditions: Vec<Condition>,
    /// What must hold after.
    pub postconditions: Vec<Condition>,
}

/// The attributes whose changes are ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ignore {
    /// All of them.
    All,
    /// These.
    These(BTreeSet<String>),
}

impl Default for Ignore {
    fn default() -> Self {
        Ignore::These(BTreeSet::new())
    }
}

impl Ignore {
    /// Whether changes of this attribute are ignored.
    pub fn contains(&self, attribute: &str) -> bool {
        match self {
            Ignore::All => true,
            Ignore::These(names) => names.contains(attribute),
        }
    }
}

/// An expression whose change replaces a resource.
#[derive(Debug)]
pub struct Trigger {
    /// As it was written.
    pub written: String,
    /// Its expression.
    pub template: Template,
    /// Where it stands.
    pub place: Place,
}

/// Something that must hold.
#[derive(Debug)]
pub struct Condition {
    /// What must be true.
    pub condition: Template,
    /// What to say where it is not.
    pub message: Template,
    /// Where it stands.
    pub place: Place,
}

/// Deadlines of the steps of one resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// Of its creation.
    pub create: Option<Duration>,
    /// Of an update.
    pub update: Option<Duration>,
    /// Of its deletion.
    pub delete: Option<Duration>,
}

/// One output.
#[derive(Debug)]
pub struct OutputBlock {
    /// What it is worth.
    pub value: Template,
    /// Whether it must not be shown; none where the author does not say.
    pub sensitive: Option<bool>,
    /// What it is for.
    pub description: String,
    /// Where it is declared.
    pub place: Place,
    /// What it reads, as for a resource block.
    pub reads: BTreeMap<(Block, Option<String>), Place>,
}

/// One variable with its value.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its type.
    pub ty: Type,
    /// Its value, of that type.
    pub value: Value,
    /// Whether it must not be shown.
    pub sensitive: bool,
    /// What it is for.
    pub description: String,
    /// Where it is declared.
    pub place: Place,
    /// Whether its value is missing or has a fault that was reported.
    pub(super) broken: bool,
}

/// One local value.
#[derive(Debug)]
pub struct LocalValue {
    /// As it was written.
    pub template: Template,
    /// Where its name stands.
    pub place: Place,
    pub(super) state: LocalState,
    /// The locals it reads.
    pub(super) needs: Vec<Arc<str>>,
    /// The resources it reads, also through other locals.
    pub(super) reads: BTreeSet<(Block, Option<String>)>,
}

/// How far a local value is worked out.
#[derive(Debug)]
pub(super) enum LocalState {
    /// It reads resources, so it depends on what is known of them.
    Open,
    /// Worked out: it reads no resources.
    Closed(Value, bool),
    /// The same, with marks inside.
    Marked(Val<'static>),
    /// It has a fault that was reported.
    Broken,
}
