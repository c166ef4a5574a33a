//! The digest of a configuration: what is declared, without credentials, comments and layout.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::configuration::Variable;
use super::document::{Document, Form, NodeId};

use crate::resource::hex;

/// SHA-256 over all declarations and the values of the variables, as hex.
pub(super) fn digest(documents: &[Document], variables: &BTreeMap<String, Variable>) -> String {
    let mut entries: Vec<[u8; 32]> = Vec::new();
    for document in documents {
        let Some(sections) = document.root.and_then(|root| document.entries(root)) else { continue };
        for (section, _, value) in sections {
            match document.entries(value) {
                None => entries.push(entry(document, &[section], value)),
                Some(named) => {
                    for (name, _, value) in named {
                        // Under `resources` and `data` a name is a kind, which several files may hold.
                        match document.entries(value).filter(|_| section == "resources" || section == "data")
                        {
                            None => entries.push(entry(document, &[section, name], value)),
                            Some(blocks) => {
                                entries.extend(
                                    blocks.map(|(block, _, v)| entry(document, &[section, name, block], v)),
                                );
                            }
                        }
                    }
                }
            }
        }
    }
    entries.sort_unstable();
    let mut hash = Sha256::new();
    for entry in entries {
        hash.update(entry);
    }
    for (name, variable) in variables {
        hash.update(name);
        hash.update(Sha256::digest(variable.value.to_string()));
    }
    hex(&hash.finalize())
}

fn entry(document: &Document, path: &[&str], value: NodeId) -> [u8; 32] {
    let mut hash = Sha256::new();
    for word in path {
        text(&mut hash, word);
    }
    node(&mut hash, document, value, path.first() == Some(&"providers"), 0);
    hash.finalize().into()
}

/// Every part begins with its kind and length, so that no two values make the same bytes.
fn text(hash: &mut Sha256, text: &str) {
    hash.update([b't']);
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}

fn node(hash: &mut Sha256, document: &Document, id: NodeId, provider: bool, depth: u32) {
    // Depth and size were bounded when the templates were made.
    match &document.node(id).form {
        _ if document.is_null(id) || depth > 100 => hash.update([b'n']),
        Form::List(items) => {
            hash.update([b'l']);
            hash.update((items.len() as u64).to_le_bytes());
            items.iter().for_each(|item| node(hash, document, *item, false, depth + 1));
        }
        Form::Map(pairs) => {
            hash.update([b'm']);
            let mut sorted: Vec<(&str, NodeId)> =
                pairs.iter().filter_map(|(k, v)| Some((document.scalar(*k)?.0, *v))).collect();
            sorted.retain(|(key, _)| !(provider && *key == "auth"));
            sorted.sort_unstable_by_key(|(key, _)| *key);
            hash.update((sorted.len() as u64).to_le_bytes());
            for (key, value) in sorted {
                text(hash, key);
                node(hash, document, value, false, depth + 1);
            }
        }
        _ => text(hash, document.scalar(id).map_or("", |(text, _)| text)),
    }
}
