//! Which existing object an address without a record looks for.

use super::Walk;
use crate::config::{Dependency, Import, ImportBy, ResourceBlock};
use crate::diagnostic::Diagnostic;
use crate::diff;
use crate::expr::{Each, Inputs};
use crate::plan::adoption::{Sought, Wanted};
use crate::resource::{Address, Attributes};

impl<'a> Walk<'a> {
    /// What the user says about an address.
    fn import_of(&self, address: &Address) -> Option<&'a Import> {
        let imports = self.on.adoption.imports.iter().chain(&self.on.configuration.imports);
        let mut about = imports.filter(|import| import.to.covers(address));
        about.next()
    }

    /// What the address looks for, if it has not been found and is not looked for in vain. `natural` is
    /// the id of what exists with its parent.
    pub(super) fn sought(
        &self,
        address: &Address,
        declared: &ResourceBlock,
        inputs: &Inputs,
        natural: Option<&str>,
    ) -> Result<Option<Wanted>, Box<Diagnostic>> {
        let schema = self.on.catalog.schema(&declared.block);
        let import = self.import_of(address);
        if self.on.adoption.missing.contains(address) {
            return Ok(None);
        }
        let place = import.and_then(|i| i.place.clone());
        let fault = |summary: &str, detail: String, hint: &str| {
            let fault = Diagnostic::error(summary, detail).at(place.clone()).about(address).hint(hint);
            Err(Box::new(fault))
        };
        // What exists with its parent is found by its natural key, whoever asks.
        if schema.adopts {
            match (import.map(|i| &i.by), natural) {
                (None, _) => return Ok(None),
                (Some(ImportBy::Id(id)), Some(natural)) if id != natural => {
                    let detail =
                        format!("{address} is `{natural}` by what it refers to, and can be no `{id}`");
                    let hint = "correct the id, or what the resource refers to";
                    return fault("There is no such object", detail, hint);
                }
                (Some(_), Some(_)) => return Ok(None),
                // What it refers to is about to be another object: it still is what the user says.
                (Some(ImportBy::Id(_)), None) => {}
                (Some(ImportBy::Attributes(_)), None) => {
                    let detail =
                        format!("{address} exists with what it refers to, and that is not there yet");
                    return fault("There is no such object", detail, "import what it refers to as well");
                }
            }
        }
        let by = match import.map(|i| &i.by) {
            Some(ImportBy::Id(id)) => Sought::Id(id.clone()),
            Some(ImportBy::Attributes(names)) => {
                let natural = schema.natural_key.iter().copied();
                let names: Vec<&str> = match names.is_empty() {
                    true => natural.filter(|name| inputs.contains_key(name)).collect(),
                    false => names.iter().map(String::as_str).collect(),
                };
                let mut like = Attributes::new();
                for name in names {
                    let Some(value) = inputs.get(name).and_then(|input| input.known()) else {
                        let detail =
                            format!("its object cannot be known by `{name}`, which is not known yet");
                        let hint = "import what it refers to as well, or name the object by its id";
                        return fault("There is no such object", format!("{address}: {detail}"), hint);
                    };
                    like.set(name, value.clone());
                }
                Sought::Like(like)
            }
            None if self.on.adoption.all => Sought::Like(diff::known(inputs)),
            None => return Ok(None),
        };
        let (address, provider) = (address.clone(), declared.provider.clone());
        let marked = inputs.iter().filter(|(_, input)| input.sensitive).map(|(name, _)| (*name).to_owned());
        let sensitive = marked.chain(declared.sensitive.iter().cloned()).collect();
        Ok(Some(Wanted { address, provider, by, want: diff::known(inputs), sensitive, place }))
    }

    /// An import of what exists with its parent, and is not there.
    pub(super) fn not_there(&self, address: &Address, id: &str) -> Option<Diagnostic> {
        let import = self.import_of(address)?;
        let detail = format!("{address}: there is no {} `{id}`", address.kind());
        let fault = Diagnostic::error("There is no such object", detail).at(import.place.clone());
        Some(fault.about(address).hint("import what it refers to, or take it out of the imports"))
    }

    /// Reports imports of instances that there are not.
    pub(super) fn check_imports(&mut self, declared: &ResourceBlock, instances: &[(Address, Each)]) {
        let imports = self.on.adoption.imports.iter().chain(&self.on.configuration.imports);
        let of_block = imports.filter(|import| *import.to.block() == declared.block);
        for import in of_block {
            let Dependency::Address(address) = &import.to else { continue };
            if !instances.iter().any(|(instance, _)| instance == address) {
                let detail = format!("`for_each` of `{}` has no such key: {address}", declared.block);
                let fault = Diagnostic::error("Nothing to import to", detail).at(import.place.clone());
                self.faults.push(fault.hint("write the resource first, then import its object"));
            }
        }
    }
}
