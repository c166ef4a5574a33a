//! The settings of a provider block as they were said, evaluated.

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

/// An access key with what belongs to it.
#[derive(Debug)]
pub struct Keys {
    /// Whose key it is.
    pub access_key: String,
    /// What signs.
    pub secret_key: SecretString,
    /// Set for a temporary key.
    pub security_token: Option<SecretString>,
}

impl Keys {
    /// Everything in them that must never be shown.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretString> {
        std::iter::once(&self.secret_key).chain(&self.security_token)
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

    /// An address that was given, without a slash at its end.
    ///
    /// # Errors
    /// Why it is none.
    pub fn address(&self, name: &str, text: &str) -> Result<String, SettingFault> {
        // What stands before an `@` may be a password.
        let shown = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
        let fault = |why: &str| self.missing(name, format!("`{shown}` is no address: {why}"));
        let uri: http::Uri = text.parse().map_err(|_| fault("it cannot be read"))?;
        match uri.scheme_str() {
            Some("https" | "http") if uri.host().is_some_and(|host| !host.is_empty()) => {}
            _ => return Err(fault("write https://HOST, or http://HOST to go without encryption")),
        }
        if uri.query().is_some() || uri.authority().is_some_and(|authority| authority.as_str().contains('@'))
        {
            return Err(fault("it may hold a host, a port and a path, nothing else"));
        }
        Ok(text.trim_end_matches('/').to_owned())
    }

    /// The keys of a group, if any of them is given.
    ///
    /// # Errors
    /// Which of the two is missing.
    pub fn keys(&self) -> Result<Option<Keys>, SettingFault> {
        match (self.text("access_key"), self.secret("secret_key")) {
            (Some(access_key), Some(secret_key)) => {
                Ok(Some(Keys { access_key, secret_key, security_token: self.secret("security_token") }))
            }
            (Some(_), None) => Err(self.missing("secret_key", "it is needed beside `access_key`")),
            (None, Some(_)) => Err(self.missing("access_key", "it is needed beside `secret_key`")),
            (None, None) => Ok(None),
        }
    }

    /// The text of `ca_file`.
    ///
    /// # Errors
    /// If the file cannot be read: the author trusts it for a reason.
    pub fn certificates(&self) -> Result<Option<String>, SettingFault> {
        match (self.text("ca_file"), self.text("ca_pem")) {
            (Some(_), None) => Err(self.missing("ca_file", "the file cannot be read as text")),
            (_, pem) => Ok(pem),
        }
    }
}
