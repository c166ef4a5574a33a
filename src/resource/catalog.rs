//! The catalog: every kind the program knows, and what their providers' blocks may say, handed in as
//! data.

use std::collections::BTreeMap;

use super::{Kind, KindSchema, Mode, SettingSchema};

/// The kinds of all providers. Config and diff know every schema through it and import no provider.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    kinds: BTreeMap<(Mode, Kind), KindSchema>,
    settings: BTreeMap<&'static str, &'static [SettingSchema]>,
}

impl Catalog {
    /// A catalog of these kinds.
    ///
    /// # Panics
    /// If two kinds of the same mode share a name: a mistake of ours.
    pub fn new(kinds: impl IntoIterator<Item = KindSchema>) -> Catalog {
        let mut catalog = Catalog::default();
        for schema in kinds {
            let key = (schema.mode, schema.kind.clone());
            let twice = catalog.kinds.insert(key, schema);
            assert!(twice.is_none(), "two kinds of one name in the catalog: please report");
        }
        catalog
    }

    /// The same catalog, in which the blocks of a provider type may have these settings.
    #[must_use]
    pub fn with_settings(
        mut self,
        provider_type: &'static str,
        settings: &'static [SettingSchema],
    ) -> Catalog {
        self.settings.insert(provider_type, settings);
        self
    }

    /// What the blocks of a provider type may say; nothing for a type that there is not.
    pub fn settings(&self, provider_type: &str) -> &'static [SettingSchema] {
        self.settings.get(provider_type).copied().unwrap_or_default()
    }

    /// The schema of a kind.
    pub fn get(&self, mode: Mode, kind: &Kind) -> Option<&KindSchema> {
        // There are few, and this is asked for each resource many times: quicker than a tree.
        self.kinds.values().find(|schema| schema.kind == *kind && schema.mode == mode)
    }

    /// The schema of a kind that an address names, which lowering has checked.
    ///
    /// # Panics
    /// If the kind is unknown: addresses are checked against the catalog where they are read.
    pub fn schema(&self, block: &super::Block) -> &KindSchema {
        self.get(block.mode, &block.kind).unwrap_or_else(|| panic!("unknown kind {block}: please report"))
    }

    /// All kinds, in order.
    pub fn iter(&self) -> impl Iterator<Item = &KindSchema> {
        self.kinds.values()
    }

    /// The provider types that any kind belongs to.
    pub fn provider_types(&self) -> std::collections::BTreeSet<&'static str> {
        self.kinds.values().map(|k| k.provider_type).collect()
    }
}
