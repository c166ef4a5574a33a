//! Provider blocks whose addresses are reached without encryption: what is sent there, and what is
//! answered, anybody on the way can read and change.

use std::net::IpAddr;

use crate::config::{Configuration, ProviderSetting};
use crate::diagnostic::Diagnostic;
use crate::resource::ProviderName;

/// A warning for each such address of these blocks. One on this machine leaves it by no network.
pub(super) fn warnings<'n>(
    configuration: &Configuration,
    contacted: impl IntoIterator<Item = &'n ProviderName>,
) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    for (name, block) in contacted.into_iter().filter_map(|name| configuration.providers.get_key_value(name))
    {
        // They were evaluated when the block was contacted: what is wrong with them was said there.
        for (path, setting) in configuration.provider(name).unwrap_or_default() {
            let ProviderSetting::Plain(address) = setting else { continue };
            if path.ends_with("endpoint") && goes_in_clear(&address) {
                // The address itself is not shown: it may be made of a secret.
                let detail = format!(
                    "`{path}` of the provider `{name}` is an http address: requests and answers travel without encryption, and whoever is on the way can read them, use a password or token in them, and change them"
                );
                let place = block.settings.get(&path).and_then(|written| written.place.as_ref());
                let place = place.unwrap_or(&block.place).clone();
                warnings.push(Diagnostic::warning("Sent without encryption", detail).at(place).hint(
                    "write https://; `ca_file` trusts an authority of one's own. Only an address of this machine needs none",
                ));
            }
        }
    }
    warnings
}

/// Whether what is sent to an address crosses a network as it is.
fn goes_in_clear(address: &str) -> bool {
    let Ok(uri) = address.parse::<http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    let is_here = host == "localhost"
        || host.ends_with(".localhost")
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    uri.scheme_str() == Some("http") && !is_here
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_to_another_machine_goes_in_clear() {
        for (address, clear) in [
            ("http://vpcep.example.com", true),
            ("HTTP://10.0.0.7:8080/path", true),
            ("http://[2001:db8::1]:80", true),
            ("http://localhost.example.com", true),
            ("https://vpcep.example.com", false),
            ("http://localhost:8080", false),
            ("http://vpcep.localhost", false),
            ("http://127.8.0.1", false),
            ("http://[::1]:8080", false),
            ("no address", false),
        ] {
            assert_eq!(goes_in_clear(address), clear, "{address}");
        }
    }
}
