//! The vocabulary: addresses, typed values, schemas, the catalog of kinds.
//!
//! Architecture invariant: nothing here does IO or knows a provider's name. Every later stage
//! speaks in these words, and one representation, [`Attributes`], goes from the YAML to the
//! request body and back.

mod hex;
mod address;
mod attributes;
mod catalog;
mod exclusive;
mod members;
mod normal;
mod object;
mod preflight;
mod rows;
mod schema;
mod setting;
mod stakes;
mod types;
mod value;

pub use address::{Address, AddressError, Block, Key, Kind, Mode, ProviderName};
pub use attributes::Attributes;
pub use catalog::Catalog;
pub use exclusive::Exclusive;
pub use hex::hex;
pub use members::MemberRule;
pub use object::{Fault, Identity, Mark, Object, ObjectId};
pub use preflight::{
    Admission, Admits, Agrees, Exists, InUse, Preflight, Quota, Rule, Sort, Sorts, Target, Unless, Usual,
    Within,
};
pub use rows::{RowSet, Rows};
pub use schema::{
    AttributeSchema, Change, Check, Compare, Completes, Forgets, KindSchema, Known, Listing, Mirrored,
    Naming, OneWay, OrderRule, Source,
};
pub use setting::SettingSchema;
pub use stakes::{Connected, Felt, Stakes, When};
pub use types::{Field, Type, TypeFault};
pub use value::{Number, Value};
