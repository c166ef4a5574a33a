//! What the signatures of all clouds end in: HMAC-SHA256, in hexadecimal.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::resource::hex;

/// The text signed with the key, in hexadecimal.
pub(super) fn signed(text: &str, key: &SecretString) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.expose_secret().as_bytes()).expect("a key of any length will do");
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}
