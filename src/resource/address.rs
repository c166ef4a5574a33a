//! Addresses: what a resource is called, everywhere.
//!
//! `kind.name["key"]` for what is managed, `data.kind.name["key"]` for what is only looked up.
//! This file is the one place that reads and writes the form, so that a module prefix can join later.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Text that is cheap to copy and, while it is short, kept in place: for names that are keys of many
/// maps.
macro_rules! word {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// The word as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(s: &str) -> Self {
                Self(s.into())
            }
        }
        impl From<String> for $name {
            fn from(s: String) -> Self {
                Self(s.into())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0.as_str())
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

word! {
    /// The resource type, such as `vpcep_service`. It belongs to one provider type.
    Kind
}
word! {
    /// The name of a provider block: one account, project and region to work in.
    ProviderName
}
word! {
    /// The key of one instance of a resource with `for_each`.
    Key
}

/// Managed by us, or only looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A resource: created, changed, deleted.
    Managed,
    /// A data lookup: read only.
    Data,
}

/// A resource or data block of the configuration: an address without the key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Block {
    /// Managed or data.
    pub mode: Mode,
    /// The kind.
    pub kind: Kind,
    /// The author's name.
    pub name: SmolStr,
}

/// One resource instance, the key of every map. Copies share what they hold: there are many for
/// each resource.
#[derive(Clone)]
pub struct Address(Arc<Instance>);

/// What an [`Address`] holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instance {
    /// The block that declares it.
    pub block: Block,
    /// The instance's key, where the block has `for_each`.
    pub key: Option<Key>,
}

impl std::ops::Deref for Address {
    type Target = Instance;

    fn deref(&self) -> &Instance {
        &self.0
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Address) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for Address {}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Address) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Address) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl Block {
    /// A managed resource block.
    pub fn managed(kind: impl Into<Kind>, name: &str) -> Block {
        Block { mode: Mode::Managed, kind: kind.into(), name: name.into() }
    }

    /// A data block.
    pub fn data(kind: impl Into<Kind>, name: &str) -> Block {
        Block { mode: Mode::Data, kind: kind.into(), name: name.into() }
    }

    /// The instance of this block with the given key.
    pub fn instance(&self, key: Option<Key>) -> Address {
        Address::new(self.clone(), key)
    }
}

impl Address {
    /// The instance of a block under a key, or the only one.
    pub fn new(block: Block, key: Option<Key>) -> Address {
        Address(Arc::new(Instance { block, key }))
    }

    /// The kind of the resource.
    pub fn kind(&self) -> &Kind {
        &self.block.kind
    }

    /// Whether this is a data lookup.
    pub fn is_data(&self) -> bool {
        self.block.mode == Mode::Data
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.kind, self.name)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.block.fmt(f)?;
        match &self.key {
            // JSON quoting, so that a key with quotes or line ends reads back.
            Some(key) => write!(f, "[{}]", serde_json::Value::from(key.as_str())),
            None => Ok(()),
        }
    }
}

/// A text that is no address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an address; write kind.name or kind.name[\"key\"]")]
pub struct AddressError(String);

/// Whether a text may name a block, a variable, a provider…
fn is_name(s: &str) -> bool {
    let mut chars = s.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

impl FromStr for Block {
    type Err = AddressError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let (mode, rest) = match s.strip_prefix("data.") {
            Some(rest) => (Mode::Data, rest),
            None => (Mode::Managed, s),
        };
        match rest.split_once('.') {
            Some((kind, name)) if is_name(kind) && is_name(name) => {
                Ok(Block { mode, kind: kind.into(), name: name.into() })
            }
            _ => Err(AddressError(s.to_owned())),
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let fault = || AddressError(s.to_owned());
        let (block, key) = match s.split_once('[') {
            None => (s, None),
            Some((block, key)) => {
                let quoted = key.strip_suffix(']').ok_or_else(fault)?;
                let key: String = serde_json::from_str(quoted).map_err(|_| fault())?;
                (block, Some(Key::from(key)))
            }
        };
        Ok(Address::new(block.parse().map_err(|_| fault())?, key))
    }
}

/// Addresses are written as their text form, also as map keys.
macro_rules! serde_as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
serde_as_text!(Block);
serde_as_text!(Address);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        for text in [
            "vpcep_service.payments",
            "data.vpcep_public_service.obs",
            r#"vpcep_endpoint.shop["eu"]"#,
            r#"vpcep_endpoint.shop["a \"b\"[c] \n"]"#,
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "a", "a.", ".b", "a.b.c", "a.b[", "a.b[0]", "a.b[\"x\"]y", "a b.c", "data.a"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
