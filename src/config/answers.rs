//! The file of `--answers`: which object an interrupted creation made, as YAML of addresses and ids.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use super::read;
use crate::diagnostic::{Diagnostic, Place};
use crate::resource::{Address, Mode, ObjectId};

/// How an answer looks, for those who wrote something else.
const EXAMPLE: &str = "write `vpcep_endpoint.shop: ID` with the id of the object that was made, or \
                       `vpcep_endpoint.shop: none` where nothing was made";

/// One answer: the address, the object that was made (none if nothing was), and where it stands.
pub type GivenAnswer = (Address, Option<ObjectId>, Place);

/// Reads a file of answers.
///
/// # Errors
/// All its faults.
pub fn answers(file: &Arc<str>, bytes: &[u8]) -> Result<Vec<GivenAnswer>, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut given: BTreeMap<Address, (Option<ObjectId>, Place)> = BTreeMap::new();
    if let Some(document) = read::read(file, bytes, &mut faults)
        && let Some(root) = document.root.filter(|root| !document.is_null(*root))
    {
        let Some(entries) = document.entries(root) else {
            let detail = format!("a file of answers is a map by address, not {}", document.kind_name(root));
            return Err(vec![Diagnostic::error("Wrong type", detail).at(document.place(root)).hint(EXAMPLE)]);
        };
        for (word, key, value) in entries {
            let address = match Address::from_str(word) {
                Ok(address) if address.block.mode == Mode::Managed => address,
                Ok(_) => {
                    let detail = format!("`{word}` is a lookup, and lookups create nothing");
                    faults.push(Diagnostic::error("Invalid address", detail).at(document.place(key)));
                    continue;
                }
                Err(error) => {
                    let fault = Diagnostic::error("Invalid address", error.to_string());
                    faults.push(fault.at(document.place(key)).hint(EXAMPLE));
                    continue;
                }
            };
            match document.scalar(value) {
                Some((text, _)) if !document.is_null(value) && !text.trim().is_empty() => {
                    let object = (text != "none").then(|| text.to_owned());
                    given.insert(address, (object, document.place(value)));
                }
                _ => {
                    let detail = format!(
                        "the answer for `{word}` is an id or `none`, not {}",
                        document.kind_name(value)
                    );
                    faults.push(
                        Diagnostic::error("Wrong type", detail).at(document.place(value)).hint(EXAMPLE),
                    );
                }
            }
        }
    }
    if faults.is_empty() {
        Ok(given.into_iter().map(|(address, (object, place))| (address, object, place)).collect())
    } else {
        Err(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, Option<String>, usize)>, Vec<(String, usize)>> {
        match answers(&Arc::from("answers.yaml"), text.as_bytes()) {
            Ok(all) => Ok(all.into_iter().map(|(a, object, p)| (a.to_string(), object, p.line)).collect()),
            Err(faults) => {
                Err(faults.into_iter().map(|f| (f.summary, f.place.map_or(0, |p| p.line))).collect())
            }
        }
    }

    #[test]
    fn addresses_with_ids_or_none() {
        let text = "# which\nvpcep_endpoint.shop: 0f1e\n'vpcep_endpoint.all[\"a\"]': none\n";
        let shop = ("vpcep_endpoint.shop".to_owned(), Some("0f1e".to_owned()), 2);
        let all = ("vpcep_endpoint.all[\"a\"]".to_owned(), None, 3);
        assert_eq!(read(text), Ok(vec![all, shop]));
        // An id of digits keeps its text.
        assert_eq!(read("a.b: 0012").unwrap()[0].1.as_deref(), Some("0012"));
        assert_eq!(read(""), Ok(Vec::new()));
    }

    #[test]
    fn every_fault_has_its_place() {
        for (text, summary, line) in [
            ("- a.b\n", "Wrong type", 1),
            ("a.b: x\na.b: y\n", "Duplicate key", 2),
            ("a.b: x\nc.d: [x]\n", "Wrong type", 2),
            ("a.b:\n", "Wrong type", 1),
            ("nonsense: x\n", "Invalid address", 1),
            ("data.a.b: x\n", "Invalid address", 1),
        ] {
            assert_eq!(read(text), Err(vec![(summary.to_owned(), line)]), "{text}");
        }
    }
}
