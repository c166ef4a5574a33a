//! The settings of a provider block: what there is to say, and what was said.

use std::collections::BTreeMap;

use secrecy::SecretString;

/// One setting of a provider block, evaluated.
#[derive(Clone, Debug)]
pub enum ProviderSetting {
    /// A plain text.
    Text(String),
    /// A text that must never be shown.
    Secret(SecretString),
    /// Settings that belong together (`auth`).
    Group(BTreeMap<String, ProviderSetting>),
}

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

/// What is wrong with a provider block's settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {message}")]
pub struct SettingFault {
    /// The setting, such as `auth.secret_key`.
    pub setting: String,
    /// What is wrong with it.
    pub message: String,
}

impl SettingFault {
    /// A fault of one setting.
    pub fn new(setting: &str, message: impl Into<String>) -> SettingFault {
        SettingFault { setting: setting.to_owned(), message: message.into() }
    }
}

/// Reads the settings of a block, or of a group in it.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    entries: &'a BTreeMap<String, ProviderSetting>,
    prefix: &'static str,
}

impl<'a> Settings<'a> {
    /// The settings of a block.
    pub fn new(entries: &'a BTreeMap<String, ProviderSetting>) -> Settings<'a> {
        Settings { entries, prefix: "" }
    }

    /// The settings of a group; none where the block does not have it.
    ///
    /// # Errors
    /// If it is a text.
    pub fn group(
        &self,
        name: &'static str,
        empty: &'a BTreeMap<String, ProviderSetting>,
    ) -> Result<Settings<'a>, SettingFault> {
        match self.entries.get(name) {
            None => Ok(Settings { entries: empty, prefix: name }),
            Some(ProviderSetting::Group(entries)) => Ok(Settings { entries, prefix: name }),
            Some(_) => Err(SettingFault::new(name, "settings are needed here, not a text")),
        }
    }

    /// The setting's name as the author knows it.
    pub fn path(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
    }

    /// A text, if it was given and is not empty.
    pub fn text(&self, name: &str) -> Option<String> {
        use secrecy::ExposeSecret;
        match self.entries.get(name)? {
            ProviderSetting::Text(text) => Some(text.clone()),
            ProviderSetting::Secret(secret) => Some(secret.expose_secret().to_owned()),
            ProviderSetting::Group(_) => None,
        }
        .filter(|text| !text.is_empty())
    }

    /// A secret, if it was given and is not empty.
    pub fn secret(&self, name: &str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    /// The fault of a setting that is missing.
    pub fn missing(&self, name: &str, message: impl Into<String>) -> SettingFault {
        SettingFault::new(&self.path(name), message)
    }
}
