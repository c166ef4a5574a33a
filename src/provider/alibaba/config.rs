//! The settings of an Alibaba Cloud provider block (Elasticsearch and PrivateLink API reference,
//! section 2).

use std::collections::BTreeMap;

use super::request::Product;
use crate::provider::{Keys, ProviderSetting, SettingFault, Settings};
use crate::resource::SettingSchema;

/// What a block may say.
pub const SETTINGS: &[SettingSchema] = &[
    SettingSchema::required("region", "The region, such as `cn-hangzhou`."),
    SettingSchema::optional("network", "`public`, or `vpc` for the addresses inside a VPC."),
    SettingSchema::optional("elasticsearch_endpoint", "Address of Elasticsearch, instead of the region's."),
    SettingSchema::optional("privatelink_endpoint", "Address of PrivateLink, instead of the region's."),
    SettingSchema::optional("sts_endpoint", "Address of STS, which tells whose the keys are."),
    SettingSchema::optional("account_id", "The account; asked of STS where it is not given."),
    SettingSchema::optional("ca_file", "Certificates (PEM) to trust besides the machine's."),
    SettingSchema {
        group: &[
            SettingSchema::optional("access_key", "AccessKey id, with `secret_key`."),
            SettingSchema::secret("secret_key", "AccessKey secret."),
            SettingSchema::secret("security_token", "Needed with a temporary AccessKey."),
        ],
        ..SettingSchema::required("auth", "Who we are.")
    },
];

/// What a block says, checked.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) region: String,
    pub(super) account_id: Option<String>,
    pub(super) credentials: Keys,
    pub(super) ca_pem: Option<String>,
    elasticsearch: String,
    privatelink: String,
    sts: String,
}

impl Config {
    pub(super) fn read(entries: &BTreeMap<String, ProviderSetting>) -> Result<Config, SettingFault> {
        let block = Settings::new(entries);
        let none = BTreeMap::new();
        let auth = block.group("auth", &none)?;
        let region = block
            .text("region")
            .ok_or_else(|| block.missing("region", "the region is needed, such as `cn-hangzhou`"))?;
        // Its name becomes a part of addresses. Any is accepted: lists of regions are out of date soon (section 2).
        if !region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            return Err(block.missing("region", format!("`{region}` is no region, such as `cn-hangzhou`")));
        }
        let infix = match block.text("network").as_deref() {
            None | Some("public") => "",
            Some("vpc") => "-vpc",
            Some(other) => {
                return Err(block.missing("network", format!("`{other}` is neither `public` nor `vpc`")));
            }
        };
        let address = |setting: &'static str, product: &str| match block.text(setting) {
            Some(given) => block.address(setting, &given),
            None => Ok(format!("https://{product}{infix}.{region}.aliyuncs.com")),
        };
        Ok(Config {
            account_id: block.text("account_id"),
            credentials: auth
                .keys()?
                .ok_or_else(|| SettingFault::new("auth", "give `access_key` and `secret_key`"))?,
            ca_pem: block.certificates()?,
            elasticsearch: address("elasticsearch_endpoint", "elasticsearch")?,
            privatelink: address("privatelink_endpoint", "privatelink")?,
            sts: address("sts_endpoint", "sts")?,
            region,
        })
    }

    /// Where a product is.
    pub(super) fn endpoint(&self, product: Product) -> &str {
        match product {
            Product::Elasticsearch => &self.elasticsearch,
            Product::PrivateLink => &self.privatelink,
            Product::Sts => &self.sts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::testing::block;

    #[test]
    fn what_is_missing_is_named() {
        let region = ("region", "cn-hangzhou");
        let keys = [("auth.access_key", "a"), ("auth.secret_key", "s")];
        for (pairs, setting) in [
            (vec![], "region"),
            (vec![("region", "cn hangzhou"), keys[0], keys[1]], "region"),
            (vec![region], "auth"),
            (vec![region, keys[0]], "auth.secret_key"),
            (vec![region, keys[1]], "auth.access_key"),
            (vec![region, keys[0], keys[1], ("network", "moon")], "network"),
            (vec![region, keys[0], keys[1], ("sts_endpoint", "sts.example.com")], "sts_endpoint"),
            (vec![region, keys[0], keys[1], ("ca_file", "missing.pem")], "ca_file"),
        ] {
            assert_eq!(Config::read(&block(&pairs)).unwrap_err().setting, setting, "{pairs:?}");
        }
    }

    #[test]
    fn addresses_follow_region_and_network() {
        let keys = [("region", "cn-hangzhou"), ("auth.access_key", "a"), ("auth.secret_key", "CANARY")];
        let read = |more: &[(&str, &str)]| Config::read(&block(&[&keys[..], more].concat())).unwrap();
        let public = read(&[]);
        assert_eq!(public.endpoint(Product::Elasticsearch), "https://elasticsearch.cn-hangzhou.aliyuncs.com");
        let inside = read(&[("network", "vpc"), ("sts_endpoint", "http://127.0.0.1:8080/")]);
        assert_eq!(inside.endpoint(Product::PrivateLink), "https://privatelink-vpc.cn-hangzhou.aliyuncs.com");
        assert_eq!(inside.endpoint(Product::Sts), "http://127.0.0.1:8080");
        assert!(!format!("{inside:?}").contains("CANARY"));
    }
}
