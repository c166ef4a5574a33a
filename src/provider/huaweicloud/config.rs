//! The settings of a Huawei Cloud provider block (VPCEP API reference, sections 1 and 2).

use std::collections::BTreeMap;

use secrecy::SecretString;

use crate::provider::{Keys, ProviderSetting, SettingFault, Settings};
use crate::resource::SettingSchema;

/// What a block may say.
pub const SETTINGS: &[SettingSchema] = &[
    SettingSchema::required("region", "The region, such as `tr-west-1`."),
    SettingSchema::optional("endpoint", "Address of VPCEP; optional where the region is known."),
    SettingSchema::optional("iam_endpoint", "Address of IAM; needed beside an `endpoint` of one's own."),
    SettingSchema::optional(
        "project_id",
        "The project; looked up by the region's name where it is not given.",
    ),
    SettingSchema::optional("account_id", "The account; looked up where it is not given."),
    SettingSchema::optional("ca_file", "Certificates (PEM) to trust besides the machine's."),
    SettingSchema {
        group: &[
            SettingSchema::optional("access_key", "Access key, with `secret_key`."),
            SettingSchema::secret("secret_key", "Secret key."),
            SettingSchema::secret("security_token", "Needed with a temporary access key."),
            SettingSchema::optional("username", "IAM user, with `password` and `domain`."),
            SettingSchema::secret("password", "The user's password."),
            SettingSchema::optional("domain", "Name of the user's account."),
            SettingSchema::optional("project", "Name of the project; the region's where it is not given."),
            SettingSchema::secret("token", "A token of that project."),
        ],
        ..SettingSchema::required("auth", "Who we are: keys, a password, or a token.")
    },
];

/// The regions whose addresses follow the rule (section 1).
pub const REGIONS: &[&str] = &[
    "ae-ad-1",
    "af-north-1",
    "af-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "cn-east-2",
    "cn-east-3",
    "cn-east-4",
    "cn-east-5",
    "cn-north-1",
    "cn-north-11",
    "cn-north-12",
    "cn-north-2",
    "cn-north-4",
    "cn-north-9",
    "cn-south-1",
    "cn-south-2",
    "cn-south-4",
    "cn-southwest-2",
    "cn-southwest-3",
    "eu-west-0",
    "eu-west-101",
    "la-north-2",
    "la-south-2",
    "me-east-1",
    "my-kualalumpur-1",
    "na-mexico-1",
    "ru-moscow-1",
    "ru-northwest-2",
    "sa-brazil-1",
    "tr-west-1",
];

/// What a block says, checked.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) region: String,
    pub(super) endpoint: String,
    /// None where it cannot be guessed: it is asked for when it is needed.
    pub(super) iam_endpoint: Option<String>,
    pub(super) project_id: Option<String>,
    pub(super) account_id: Option<String>,
    /// The project's name, which by default is the region's.
    pub(super) project_name: String,
    pub(super) credentials: Credentials,
    pub(super) ca_pem: Option<String>,
}

/// Who we are.
#[derive(Debug)]
pub(super) enum Credentials {
    /// A given token.
    Token(SecretString),
    /// A user, who gets a token by password.
    Password { username: String, password: SecretString, domain: String },
    /// Keys that sign each request; with a security token they are temporary.
    Keys(Keys),
}

impl Credentials {
    /// Everything in them that must never be shown.
    pub(super) fn secrets(&self) -> Vec<&SecretString> {
        match self {
            Credentials::Token(token) => vec![token],
            Credentials::Password { password, .. } => vec![password],
            Credentials::Keys(keys) => keys.secrets().collect(),
        }
    }

    /// What to do when they are refused.
    pub(super) fn advice(&self) -> &'static str {
        match self {
            Credentials::Token(_) => "Give a fresh token, scoped to the project; a token lives 24 hours.",
            Credentials::Password { .. } => {
                "Check username, password, domain (the account's name) and the project in the provider block."
            }
            Credentials::Keys(Keys { security_token: Some(_), .. }) => {
                "Check the keys, and whether the security token has expired."
            }
            Credentials::Keys(_) => "Check access_key and secret_key in the provider block.",
        }
    }
}

impl Config {
    pub(super) fn read(entries: &BTreeMap<String, ProviderSetting>) -> Result<Config, SettingFault> {
        let block = Settings::new(entries);
        let none = BTreeMap::new();
        let auth = block.group("auth", &none)?;
        let region = block
            .text("region")
            .ok_or_else(|| block.missing("region", "the region is needed, such as `tr-west-1`"))?;
        let known = REGIONS.contains(&region.as_str());
        let host = |service: &str| {
            let top = if region == "eu-west-101" { "eu" } else { "com" };
            format!("https://{service}.{region}.myhuaweicloud.{top}")
        };
        let given = block.text("endpoint");
        let endpoint = match &given {
            Some(endpoint) => block.address("endpoint", endpoint)?,
            None if known => host("vpcep"),
            None => {
                let message = format!("`{region}` is not a region we know an address for: give one");
                return Err(block.missing("endpoint", message));
            }
        };
        // A password must not go to the public cloud when VPCEP was pointed somewhere else.
        let usual = given.is_none() || endpoint == host("vpcep");
        let iam_endpoint = match block.text("iam_endpoint") {
            Some(endpoint) => Some(block.address("iam_endpoint", &endpoint)?),
            None => (known && usual).then(|| host("iam")),
        };
        Ok(Config {
            endpoint,
            iam_endpoint,
            project_id: block.text("project_id"),
            account_id: block.text("account_id"),
            project_name: auth.text("project").unwrap_or_else(|| region.clone()),
            credentials: credentials(&auth)?,
            ca_pem: block.certificates()?,
            region,
        })
    }
}

fn credentials(auth: &Settings<'_>) -> Result<Credentials, SettingFault> {
    let given = |names: [&str; 2]| names.iter().any(|name| auth.text(name).is_some());
    let ways = [given(["access_key", "secret_key"]), given(["username", "password"])];
    if let Some(token) = auth.secret("token") {
        return match ways {
            [false, false] => Ok(Credentials::Token(token)),
            _ => Err(auth.missing("token", "give a token, or keys, or a password: not two of them")),
        };
    }
    if ways == [true, true] {
        return Err(SettingFault::new("auth", "give keys or a password, not both"));
    }
    if let Some(keys) = auth.keys()? {
        return Ok(Credentials::Keys(keys));
    }
    match (auth.text("username"), auth.secret("password")) {
        (Some(username), Some(password)) => {
            let domain = auth.text("domain").ok_or_else(|| {
                auth.missing("domain", "the name of the user's account is needed beside a password")
            })?;
            Ok(Credentials::Password { username, password, domain })
        }
        (Some(_), None) => Err(auth.missing("password", "it is needed beside `username`")),
        (None, Some(_)) => Err(auth.missing("username", "it is needed beside `password`")),
        (None, None) => Err(SettingFault::new(
            "auth",
            "give `access_key` and `secret_key`, or `username`, `password` and `domain`, or `token`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::testing::block;

    #[test]
    fn what_is_missing_is_named() {
        let region = ("region", "tr-west-1");
        for (pairs, setting) in [
            (vec![], "region"),
            (vec![("region", "moon-1"), ("auth.token", "t")], "endpoint"),
            (vec![region], "auth"),
            (vec![region, ("auth.access_key", "a")], "auth.secret_key"),
            (vec![region, ("auth.secret_key", "a")], "auth.access_key"),
            (vec![region, ("auth.username", "a")], "auth.password"),
            (vec![region, ("auth.username", "a"), ("auth.password", "p")], "auth.domain"),
            (vec![region, ("auth.username", "a"), ("auth.password", "p"), ("auth.access_key", "k")], "auth"),
            (vec![region, ("auth.token", "t"), ("auth.access_key", "k")], "auth.token"),
            (vec![region, ("auth.token", "t"), ("endpoint", "vpcep.example.com")], "endpoint"),
            (vec![region, ("auth.token", "t"), ("endpoint", "https://u:p@example.com")], "endpoint"),
            (vec![region, ("auth.token", "t"), ("ca_file", "missing.pem")], "ca_file"),
        ] {
            assert_eq!(Config::read(&block(&pairs)).unwrap_err().setting, setting, "{pairs:?}");
        }
    }

    #[test]
    fn known_regions_have_addresses_and_own_endpoints_have_no_public_iam() {
        let read = |pairs: &[(&str, &str)]| Config::read(&block(pairs)).unwrap();
        let usual = read(&[("region", "eu-west-101"), ("auth.token", "t")]);
        assert_eq!(usual.endpoint, "https://vpcep.eu-west-101.myhuaweicloud.eu");
        assert_eq!(usual.iam_endpoint.as_deref(), Some("https://iam.eu-west-101.myhuaweicloud.eu"));
        let own =
            read(&[("region", "tr-west-1"), ("auth.token", "t"), ("endpoint", "http://127.0.0.1:8080/")]);
        assert_eq!((own.endpoint.as_str(), own.iam_endpoint), ("http://127.0.0.1:8080", None));
    }

    #[test]
    fn secrets_do_not_show() {
        let config = Config::read(&block(&[
            ("region", "tr-west-1"),
            ("auth.access_key", "a"),
            ("auth.secret_key", "CANARY"),
            ("auth.security_token", "CANARY"),
        ]));
        assert!(!format!("{:?}", config.unwrap()).contains("CANARY"));
    }
}
