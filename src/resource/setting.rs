//! What a provider type knows as settings of its blocks, as data.

/// What a provider type knows as a setting.
#[derive(Clone, Copy, Debug)]
pub struct SettingSchema {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// Whether its value is a secret.
    pub secret: bool,
    /// One sentence, for the documentation and the editor.
    pub doc: &'static str,
    /// The settings inside, for a group; else empty.
    pub group: &'static [SettingSchema],
}

impl SettingSchema {
    /// A setting that may be left out.
    pub const fn optional(name: &'static str, doc: &'static str) -> SettingSchema {
        SettingSchema { name, required: false, secret: false, doc, group: &[] }
    }

    /// A setting that must be given.
    pub const fn required(name: &'static str, doc: &'static str) -> SettingSchema {
        SettingSchema { required: true, ..SettingSchema::optional(name, doc) }
    }

    /// A secret that may be left out.
    pub const fn secret(name: &'static str, doc: &'static str) -> SettingSchema {
        SettingSchema { secret: true, ..SettingSchema::optional(name, doc) }
    }
}
