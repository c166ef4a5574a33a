//! The `imports:` of a configuration: which existing object belongs to which address.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::configuration::{Configuration, Dependency};
use super::document::Form;
use super::{beginning, read};
use crate::diagnostic::{Diagnostic, Place, known_names};
use crate::expr::{Each, Evaluator, NoObjects, Template};
use crate::resource::{Block, Catalog, Mode, ObjectId, Source, Value};

/// An existing object for an address that nothing is recorded for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The address, or a block all of whose instances look for their objects.
    pub to: Dependency,
    /// By what the object is known.
    pub by: ImportBy,
    /// Where it is said; none for what the command line says.
    pub place: Option<Place>,
}

/// By what an existing object is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportBy {
    /// By its id in the cloud.
    Id(ObjectId),
    /// By these attributes, as the resource declares them: exactly one object has them so. None
    /// stands for the natural key of the kind.
    Attributes(Vec<String>),
}

/// One entry of `imports:` as it was written.
pub(super) struct RawImport {
    pub(super) to: Template,
    pub(super) id: Option<Template>,
    pub(super) by: Vec<(String, Place)>,
    pub(super) for_each: Option<Template>,
    pub(super) place: Place,
}

impl Import {
    /// What is wrong with it in this configuration, if something is.
    ///
    /// # Errors
    /// The fault.
    pub fn check(&self, configuration: &Configuration, catalog: &Catalog) -> Result<(), Box<Diagnostic>> {
        let block = self.to.block();
        let fault = |summary: &str, detail: String, hint: String| {
            Err(Box::new(Diagnostic::error(summary, detail).at(self.place.clone()).hint(hint)))
        };
        let Some(declared) = configuration.blocks.get(block) else {
            let known: Vec<String> = configuration.blocks.keys().map(Block::to_string).collect();
            let near = known_names(&block.to_string(), known.iter().map(String::as_str));
            let hint = match near.is_empty() {
                true => "write the resource first, then import its object".to_owned(),
                false => near,
            };
            let detail = format!("the configuration has no resource `{block}`");
            return fault("Nothing to import to", detail, hint);
        };
        match (&declared.for_each, &self.to, &self.by) {
            (None, Dependency::Address(address), _) => {
                let detail = format!("`{block}` has no `for_each`, so there is no {address}");
                return fault("Nothing to import to", detail, "leave the key out".to_owned());
            }
            (Some(_), Dependency::Block(_), ImportBy::Id(_)) => {
                let detail = format!("`{block}` has `for_each`, so its instances have keys");
                let hint = format!("name one, as in '{block}[\"key\"]'");
                return fault("Nothing to import to", detail, hint);
            }
            _ => {}
        }
        let schema = catalog.schema(block);
        let ImportBy::Attributes(names) = &self.by else { return Ok(()) };
        for name in names {
            if !schema.arguments().any(|a| a.name == name) {
                let known: Vec<&str> = schema.arguments().map(|a| a.name).collect();
                let detail = format!("{} has no argument `{name}` to know an object by", schema.kind);
                return fault("Unknown attribute", detail, known_names(name, known));
            }
            let defaulted = schema.attribute(name).is_some_and(|a| matches!(a.source, Source::Default(_)));
            if !defaulted && !declared.attributes.contains_key(name.as_str()) {
                let detail = format!("`{block}` does not say its `{name}`, so no object can be known by it");
                return fault("Missing attribute", detail, format!("add {name}: … to `{block}`"));
            }
        }
        Ok(())
    }
}

impl Configuration {
    /// The entries of `imports:` worked out: they read variables and locals, no resources.
    pub(super) fn settle_imports(
        &mut self,
        raw: Vec<RawImport>,
        catalog: &Catalog,
        faults: &mut Vec<Diagnostic>,
    ) {
        let mut first: BTreeMap<String, Option<Place>> = BTreeMap::new();
        let mut imports = Vec::new();
        for entry in &raw {
            match self.entries_of(entry) {
                Ok(entries) => imports.extend(entries),
                Err(found) => faults.extend(found),
            }
        }
        for import in imports {
            if let Err(fault) = import.check(self, catalog) {
                faults.push(*fault);
                continue;
            }
            let name = import.to.to_string();
            if let Some(place) = first.get(&name) {
                let detail = format!("`imports` names {name} twice");
                let fault = Diagnostic::error("Declared twice", detail).at(import.place.clone());
                faults.push(fault.also(place.clone(), "first here").hint("remove one of the two"));
                continue;
            }
            first.insert(name, import.place.clone());
            self.imports.push(import);
        }
    }

    fn entries_of(&self, raw: &RawImport) -> Result<Vec<Import>, Vec<Diagnostic>> {
        let instances = match &raw.for_each {
            None => vec![Each::single()],
            Some(template) => {
                let place = template.place.as_ref().unwrap_or(&raw.place);
                let instances = self.instances_for(template, "this import", place, &NoObjects)?;
                instances.into_iter().map(|(_, each)| each).collect()
            }
        };
        let mut imports = Vec::new();
        for each in &instances {
            let text = self.import_text(&raw.to, "to", each, &raw.place)?;
            // Terraform's way to write it.
            let text = match (text.strip_suffix("[each.key]"), &each.key) {
                (Some(block), Some(key)) => format!("{block}[{}]", Value::from(key.as_str())),
                _ => text,
            };
            let Some(to) = text.parse().ok().filter(|to: &Dependency| to.block().mode == Mode::Managed)
            else {
                let detail = format!("`{text}` is no address of a resource");
                let place = raw.to.place.clone().unwrap_or_else(|| raw.place.clone());
                let hint = "write KIND.NAME, or KIND.NAME[\"KEY\"] for one instance";
                return Err(vec![Diagnostic::error("Invalid address", detail).at(place).hint(hint)]);
            };
            let by = match &raw.id {
                Some(id) => ImportBy::Id(self.import_text(id, "id", each, &raw.place)?),
                None => ImportBy::Attributes(raw.by.iter().map(|(name, _)| name.clone()).collect()),
            };
            imports.push(Import { to, by, place: Some(raw.place.clone()) });
        }
        Ok(imports)
    }

    fn import_text(
        &self,
        template: &Template,
        what: &str,
        each: &Each,
        place: &Place,
    ) -> Result<String, Vec<Diagnostic>> {
        let place = template.place.as_ref().unwrap_or(place);
        let mut evaluator = Evaluator::new(self, &NoObjects, Some(each));
        let whole = evaluator.template(template).and_then(|val| evaluator.whole(&val));
        let invalid = |detail: String, hint: &str| {
            Err(vec![Diagnostic::error("Invalid import", detail).at(place.clone()).hint(hint)])
        };
        match whole {
            Ok((_, true)) => {
                invalid(format!("`{what}` is sensitive, and plans show it"), "use nonsensitive()")
            }
            Ok((Some(Value::String(text)), _)) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
            Ok((Some(value), _)) => invalid(format!("`{what}` is a text, not {value}"), ""),
            Ok((None, _)) => invalid(format!("`{what}` is not known"), ""),
            Err(fault) => Err(fault.diagnostic(Some(place)).into_iter().collect()),
        }
    }
}

/// How a list of imports looks, for those who wrote something else.
const EXAMPLE: &str = "write `vpcep_endpoint.shop: ID`, `vpcep_endpoint.shop:` for the only object with its natural \
                       key, or `vpcep_endpoint.shop: [vpc_id, subnet_id]` for the only one that has these so";

/// Reads the file of `import --from`: what each address's object is known by.
///
/// # Errors
/// All its faults.
pub fn import_list(file: &Arc<str>, bytes: &[u8]) -> Result<Vec<Import>, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut imports = Vec::new();
    let Some(document) = read::read(file, bytes, &mut faults) else { return Err(faults) };
    let root = document.root.filter(|root| !document.is_null(*root));
    let entries = root.and_then(|root| document.entries(root));
    let Some(entries) = entries else {
        let detail = "a list of imports is a map by address, and this is none";
        let place = root.map_or_else(|| beginning(file), |root| document.place(root));
        faults.push(Diagnostic::error("Wrong type", detail).at(place).hint(EXAMPLE));
        return Err(faults);
    };
    for (word, key, value) in entries {
        let place = document.place(key);
        let Some(to) = word.parse().ok().filter(|to: &Dependency| to.block().mode == Mode::Managed) else {
            let detail = format!("`{word}` is no address of a resource");
            faults.push(Diagnostic::error("Invalid address", detail).at(place).hint(EXAMPLE));
            continue;
        };
        let by = match (&document.node(value).form, document.scalar(value)) {
            _ if document.is_null(value) => Some(ImportBy::Attributes(Vec::new())),
            (_, Some((text, _))) => Some(ImportBy::Id(text.trim().to_owned())),
            (Form::List(items), _) => {
                let names = items.iter().map(|item| document.scalar(*item).map(|(text, _)| text.to_owned()));
                names
                    .collect::<Option<Vec<String>>>()
                    .filter(|names| !names.is_empty())
                    .map(ImportBy::Attributes)
            }
            _ => None,
        };
        match by {
            Some(by) => imports.push(Import { to, by, place: Some(place) }),
            None => {
                let detail = format!("`{word}` has {} instead of an id", document.kind_name(value));
                let at = document.place(value);
                faults.push(Diagnostic::error("Wrong type", detail).at(at).hint(EXAMPLE));
            }
        }
    }
    if faults.is_empty() { Ok(imports) } else { Err(faults) }
}
