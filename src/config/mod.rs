//! YAML text to a checked configuration, all faults at once, every value with its place.
//!
//! Architecture invariant: no file, no environment, no clock: [`Sources`] holds what the edge has
//! read. The catalog is data, so no provider is named here. A fault is reported once, where it
//! stands; what depends on it stays silent.

mod answers;
mod arguments;
mod assemble;
mod checks;
mod configuration;
mod digest;
mod discreet;
mod document;
mod evaluate;
mod imports;
mod limits;
mod locals;
mod lower;
mod mapping;
mod names;
mod policies;
mod read;
mod relocate;
mod schema;
mod source;
mod types;
mod values;
mod written;
mod yaml_fault;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use answers::{GivenAnswer, answers};
pub use configuration::{
    Argument, Condition, Configuration, Dependency, Ignore, Lifecycle, LocalValue, OutputBlock,
    ProviderBlock, ResourceBlock, Timeouts, Trigger, Variable,
};
pub use evaluate::ProviderSetting;
pub use imports::{Import, ImportBy, import_list};
pub use limits::{Bound, Limit, Limits};
pub use mapping::{Mapping, mapping};
pub use policies::{Exception, PolicySettings};
pub use read::stack_name;
pub use relocate::{Edit, Relocated, Relocation, edited};
pub use schema::json_schema;
pub use source::{ReadFile, Sources};

pub use crate::expr::{Each, NoObjects, Objects};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::resource::Catalog;

/// Reads and checks a configuration.
///
/// # Errors
/// All faults of all files, in the order of their places.
pub fn parse(
    sources: &Sources,
    catalog: &Catalog,
) -> Result<(Configuration, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut documents = Vec::new();
    for (file, bytes) in &sources.files {
        documents.extend(read::read(file, bytes, &mut faults));
    }
    let mut declared = lower::Declared::default();
    for document in &documents {
        let writer = written::Writer::new(&mut faults);
        lower::Lowering { document, catalog, writer, declared: &mut declared }.document();
    }
    let unread = documents.len() < sources.files.len();
    let configuration = if unread {
        // Much of what the other files refer to may stand in the file that cannot be read.
        None
    } else {
        assemble::assemble(sources, catalog, &documents, declared, &mut faults)
    };
    let warnings: Vec<Diagnostic> =
        faults.extract_if(.., |fault| fault.severity == Severity::Warning).collect();
    match configuration {
        Some(mut configuration) if faults.is_empty() => {
            let (shown, hidden) = discreet::discreet(std::mem::take(&mut configuration.sources));
            configuration.sources = shown;
            Ok((configuration, warnings.into_iter().map(|warning| hidden.out_of(warning)).collect()))
        }
        _ => {
            let (_, hidden) = discreet::discreet(plain_texts(sources));
            let mut faults: Vec<Diagnostic> = faults.into_iter().map(|fault| hidden.out_of(fault)).collect();
            faults.sort_by(|a, b| a.place.cmp(&b.place));
            faults.dedup();
            Err(faults)
        }
    }
}

/// The texts of the files, for messages about faults that kept a configuration from being made: what is
/// not for everybody is masked.
pub fn texts(sources: &Sources) -> BTreeMap<Arc<str>, Arc<str>> {
    discreet::discreet(plain_texts(sources)).0
}

fn plain_texts(sources: &Sources) -> BTreeMap<Arc<str>, Arc<str>> {
    let options =
        sources.vars.iter().map(|(name, text)| (Arc::from(format!("--var {name}")), text.as_bytes()));
    let files =
        sources.files.iter().chain(&sources.var_files).map(|(file, bytes)| (file.clone(), &bytes[..]));
    files
        .chain(options)
        .map(|(file, bytes)| {
            let text = String::from_utf8_lossy(bytes);
            (file, Arc::from(text.strip_prefix('\u{feff}').unwrap_or(&text)))
        })
        .collect()
}

/// The place where a file begins.
fn beginning(file: &Arc<str>) -> Place {
    Place { file: file.clone(), start: 0, end: 0, line: 1, column: 1 }
}
