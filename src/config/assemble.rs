//! Declarations to a configuration: references are resolved, locals and closed attributes worked
//! out, what is missing is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::configuration::{
    Configuration, DEFAULT_SNAPSHOTS, LocalState, LocalValue, OutputBlock, ProviderBlock, ResourceBlock,
};
use super::document::Document;
use super::locals::{self, Uses};
use super::lower::{Declared, RawBlock};
use super::names::{Names, Reads, Site};
use super::source::Sources;
use super::{arguments, beginning, digest, values};
use crate::diagnostic::{Diagnostic, Place, known_names};
use crate::expr::{Account, Input, NoObjects, Template, Worth};
use crate::resource::{Block, Catalog, ProviderName, RowSet, Source, Value};

/// What blocks and attributes each local reads, through other locals as well.
type Through = BTreeMap<Arc<str>, BTreeSet<(Block, Option<String>)>>;

pub(super) fn assemble(
    sources: &Sources,
    catalog: &Catalog,
    documents: &[Document],
    declared: Declared,
    faults: &mut Vec<Diagnostic>,
) -> Option<Configuration> {
    let Declared {
        stack,
        variables,
        locals,
        providers,
        mut blocks,
        outputs,
        limits,
        policies,
        imports,
        snapshots,
    } = declared;
    let mut texts: BTreeMap<Arc<str>, Arc<str>> =
        documents.iter().map(|d| (d.file.clone(), d.text.clone())).collect();
    let variables = values::find(variables, sources, &mut texts, faults);
    if stack.is_none() {
        let place = sources.files.first().map(|(file, _)| beginning(file));
        let fault = Diagnostic::error(
            "Missing stack name",
            "no file has a `stack:`: it is the identity of the state",
        );
        faults.push(fault.at(place).hint("add a line such as: stack: payments-link"));
    }
    let local_names: BTreeSet<Arc<str>> = locals.keys().cloned().collect();
    let names =
        Names { catalog, variables: &variables, locals: &local_names, blocks: &blocks, env: &sources.env };

    let mut uses = Uses::new();
    let mut values = BTreeMap::new();
    for (name, (template, place)) in locals {
        let mut reads = Reads::default();
        let good = template.as_ref().is_some_and(|t| names.check(t, Site::Local, &mut reads, faults));
        let state = if good { LocalState::Open } else { LocalState::Broken };
        let needs: Vec<Arc<str>> = reads.locals.keys().cloned().collect();
        uses.insert(name.clone(), reads.locals);
        let reads = reads.blocks.into_keys().collect();
        let template = template.unwrap_or_else(nothing);
        values.insert(name, LocalValue { template, place, state, needs, reads });
    }
    let (order, cyclic) = locals::order(&uses, faults);
    let mut through = Through::new();
    for name in &order {
        let Some(local) = values.get_mut(name) else { continue };
        for needed in &local.needs {
            if let Some(reads) = through.get(needed) {
                local.reads.extend(reads.iter().cloned());
            }
        }
        through.insert(name.clone(), local.reads.clone());
        if cyclic.contains(name) {
            local.state = LocalState::Broken;
        }
    }

    let mut checked = BTreeMap::new();
    for (block, raw) in &blocks {
        checked.insert(block.clone(), check_block(&names, block, raw, &through, faults));
    }
    let mut good_outputs = BTreeMap::new();
    for (name, (output, _)) in outputs {
        let Some(output) = output else { continue };
        let mut reads = Reads::default();
        if names.check(&output.value, Site::Output, &mut reads, faults) {
            let reads = all_reads(reads, &through);
            good_outputs.insert(name, OutputBlock { reads, ..output });
        }
    }
    let mut good_imports = Vec::new();
    for import in imports {
        let site = Site::Import(import.for_each.is_some());
        let parts = [Some(&import.to), import.id.as_ref()];
        let mut good = import
            .for_each
            .iter()
            .all(|template| names.check(template, Site::Import(false), &mut Reads::default(), faults));
        for template in parts.into_iter().flatten() {
            good &= names.check(template, site, &mut Reads::default(), faults);
        }
        good_imports.extend(good.then_some(import));
    }
    for (block, _) in providers.values() {
        for template in block.iter().flat_map(|b| b.settings.values()) {
            names.check(template, Site::Provider, &mut Reads::default(), faults);
        }
    }

    let provider_of: BTreeMap<Block, Option<ProviderName>> = blocks
        .iter()
        .map(|(block, raw)| (block.clone(), provider(catalog, block, raw, &providers, faults)))
        .collect();
    let mut good_blocks = BTreeMap::new();
    for (block, reads) in checked {
        let Some(raw) = blocks.remove(&block) else { continue };
        if catalog.get(block.mode, &block.kind).is_none() {
            continue;
        }
        let provider = provider_of.get(&block).cloned().flatten().unwrap_or_else(|| ProviderName::from(""));
        good_blocks.insert(block.clone(), Box::new(finish_block(block, raw, provider, reads)));
    }

    let (stack, stack_place) = stack.unwrap_or_else(|| (String::new(), beginning(&Arc::from(""))));
    let mut configuration = Configuration {
        stack,
        stack_place,
        providers: providers.into_iter().filter_map(|(name, (block, _))| Some((name, block?))).collect(),
        blocks: good_blocks,
        outputs: good_outputs,
        imports: Vec::new(),
        snapshots: snapshots.map_or(DEFAULT_SNAPSHOTS, |(count, _)| count),
        limits: limits.map(|(limits, _)| limits).unwrap_or_default(),
        variables,
        locals: values,
        policies,
        env: sources.env.clone(),
        simulated: sources.simulated,
        module_dir: sources.module_dir.clone(),
        sources: texts,
        digest: String::new(),
        read_file: sources.files_readable.clone(),
        account: Account::default(),
    };
    configuration.settle_locals(&order, faults);
    configuration.settle_blocks(catalog, faults);
    configuration.settle_imports(good_imports, catalog, faults);
    if !faults.iter().any(|f| f.severity == crate::diagnostic::Severity::Error) {
        configuration.digest = digest::digest(documents, &configuration.variables);
    }
    Some(configuration)
}

fn nothing() -> Template {
    Template { tree: crate::expr::Tree::Value(Value::Null), place: None }
}

/// The reads of one block, and which of its parts have a fault.
struct Checked {
    reads: BTreeMap<(Block, Option<String>), Place>,
    broken: BTreeSet<String>,
    for_each: bool,
}

fn check_block(
    names: &Names<'_>,
    block: &Block,
    raw: &RawBlock,
    through: &Through,
    faults: &mut Vec<Diagnostic>,
) -> Checked {
    let mut reads = Reads::default();
    let mut for_each = true;
    if let Some(template) = &raw.for_each {
        for_each = names.check(template, Site::Block(block, false), &mut reads, faults);
    }
    let mut broken = BTreeSet::new();
    for (name, argument) in raw.attributes.iter() {
        let good = names.check(&argument.template, Site::Block(block, raw.has_for_each), &mut reads, faults);
        let before = faults.len();
        let kind = names.catalog.get(block.mode, &block.kind);
        if let Some((kind, attribute)) = kind.and_then(|kind| Some((kind, kind.attribute(name)?))) {
            names.check_type(name, &argument.template, &attribute.ty, faults);
            names.check_kind(kind, name, &argument.template, faults);
        }
        if !good || faults.len() > before {
            broken.insert(name.to_string());
        }
    }
    let lifecycle = &raw.lifecycle;
    for condition in &lifecycle.preconditions {
        for template in [&condition.condition, &condition.message] {
            names.check(template, Site::Block(block, raw.has_for_each), &mut reads, faults);
        }
    }
    // A postcondition is about the block itself, which is no reason to wait for it.
    let mut afterwards = Reads::default();
    for condition in &lifecycle.postconditions {
        for template in [&condition.condition, &condition.message] {
            names.check(template, Site::After(raw.has_for_each), &mut afterwards, faults);
        }
    }
    afterwards.blocks.retain(|(read, _), _| read != block);
    reads.blocks.extend(afterwards.blocks);
    reads.locals.extend(afterwards.locals);
    reads.each |= afterwards.each;
    for trigger in &lifecycle.replace_triggered_by {
        names.check(&trigger.template, Site::Block(block, raw.has_for_each), &mut reads, faults);
    }
    for (dependency, place) in &raw.depends_on {
        let other = dependency.block();
        let wrong = if other == block {
            Some((format!("{block} cannot depend on itself"), String::new()))
        } else if !names.blocks.contains_key(other) {
            let known: Vec<String> = names.blocks.keys().map(Block::to_string).collect();
            Some((
                format!("there is no {other}"),
                known_names(&other.to_string(), known.iter().map(String::as_str)),
            ))
        } else {
            None
        };
        if let Some((detail, hint)) = wrong {
            faults.push(Diagnostic::error("Invalid dependency", detail).at(place.clone()).hint(hint));
        }
    }
    Checked { reads: all_reads(reads, through), broken, for_each }
}

/// Reads of blocks, those through locals included.
fn all_reads(reads: Reads, through: &Through) -> BTreeMap<(Block, Option<String>), Place> {
    let mut all = reads.blocks;
    for (local, place) in reads.locals {
        for read in through.get(&local).into_iter().flatten() {
            all.entry(read.clone()).or_insert_with(|| place.clone());
        }
    }
    all
}

fn finish_block(block: Block, mut raw: RawBlock, provider: ProviderName, checked: Checked) -> ResourceBlock {
    for (name, argument) in raw.attributes.iter_mut() {
        argument.broken = checked.broken.contains(name.as_str());
    }
    raw.attributes.shrink_to_fit();
    // Attributes with a fault stand there too, so that they are not also missing.
    for name in raw.broken {
        let argument = super::configuration::Argument {
            template: nothing(),
            place: raw.place.clone(),
            key_place: raw.place.clone(),
            settled: None,
            broken: true,
        };
        if !raw.attributes.contains_key(name.as_str()) {
            raw.attributes.insert(name.into(), Box::new(argument));
        }
    }
    ResourceBlock {
        block,
        provider,
        for_each: raw.for_each.filter(|_| checked.for_each),
        depends_on: raw.depends_on,
        lifecycle: raw.lifecycle,
        timeouts: raw.timeouts,
        sensitive: raw.sensitive,
        attributes: raw.attributes,
        place: raw.place,
        reads: checked.reads.into_iter().collect(),
    }
}

/// The provider block of a resource: the one it names, or the only one of its kind's type.
fn provider(
    catalog: &Catalog,
    block: &Block,
    raw: &RawBlock,
    providers: &BTreeMap<ProviderName, (Option<ProviderBlock>, Place)>,
    faults: &mut Vec<Diagnostic>,
) -> Option<ProviderName> {
    let needed = catalog.get(block.mode, &block.kind)?.provider_type;
    let fitting: Vec<&str> = providers
        .iter()
        .filter(|(_, (p, _))| p.as_ref().is_some_and(|p| p.kind_type == needed))
        .map(|(name, _)| name.as_str())
        .collect();
    if let Some((name, place)) = &raw.provider {
        return match providers.get(name.as_str()) {
            // Its own fault was reported.
            Some((None, _)) => None,
            Some((Some(provider), _)) if provider.kind_type == needed => Some(provider.name.clone()),
            Some((Some(provider), declared)) => {
                let detail = format!(
                    "{} is a kind of `{needed}`, and the provider `{name}` is of type `{}`",
                    block.kind, provider.kind_type
                );
                let hint = if fitting.is_empty() {
                    format!("declare a provider of type {needed}")
                } else {
                    format!("providers of type {needed}: {}", fitting.join(", "))
                };
                let fault =
                    Diagnostic::error("Provider of the wrong type", detail).at(place.clone()).hint(hint);
                faults.push(fault.also(Some(declared.clone()), "declared here"));
                None
            }
            None if name.is_empty() => None,
            None => {
                let hint = known_names(name, fitting.iter().copied());
                let hint = if hint.is_empty() { "declare it under `providers:`".to_owned() } else { hint };
                let detail = format!("there is no provider `{name}`");
                faults.push(Diagnostic::error("Unknown provider", detail).at(place.clone()).hint(hint));
                None
            }
        };
    }
    match fitting[..] {
        [only] => Some(ProviderName::from(only)),
        [] if providers.values().any(|(p, _)| p.is_none()) => None,
        [] => {
            let detail = format!("{block} needs a provider of type `{needed}`, and none is declared");
            let hint = format!("declare one: providers: {{ NAME: {{ type: {needed}, region: … }} }}");
            faults.push(Diagnostic::error("Missing provider", detail).at(raw.place.clone()).hint(hint));
            None
        }
        _ => {
            let detail = format!(
                "{block} does not say which provider it belongs to, and {} could be meant",
                fitting.len()
            );
            let hint = format!("add provider: with one of {}", fitting.join(", "));
            faults.push(Diagnostic::error("Ambiguous provider", detail).at(raw.place.clone()).hint(hint));
            None
        }
    }
}

impl Configuration {
    /// Checks every attribute, and works out those that read neither resources nor `each`.
    fn settle_blocks(&mut self, catalog: &Catalog, faults: &mut Vec<Diagnostic>) {
        let mut settled = Vec::new();
        for (id, block) in &self.blocks {
            let schema = catalog.schema(id);
            for attribute in schema.arguments() {
                let Some(argument) = block.attributes.get(attribute.name) else {
                    if attribute.source == Source::Required {
                        let detail = format!("{id} has no `{}`: {}", attribute.name, attribute.doc);
                        let fault = Diagnostic::error("Missing attribute", detail).at(block.place.clone());
                        faults.push(fault.hint(format!("add {}: …", attribute.name)));
                    }
                    continue;
                };
                if argument.broken {
                    continue;
                }
                let before = faults.len();
                arguments::written(attribute.name, &argument.template, &attribute.ty, "", faults);
                if faults.len() > before {
                    settled.push((id.clone(), attribute.name, None));
                    continue;
                }
                if !self.is_closed(&argument.template) {
                    continue;
                }
                match self.settle(block, attribute.name, attribute) {
                    Ok(Some((Value::Null, _))) if attribute.source == Source::Required => {
                        let detail = format!("`{}` must be given: {}", attribute.name, attribute.doc);
                        faults
                            .push(Diagnostic::error("Missing attribute", detail).at(argument.place.clone()));
                    }
                    Ok(Some((value, sensitive))) => {
                        let place = Some(argument.place.clone());
                        let reads = RowSet::default();
                        let input = Input { worth: Worth::Known(value), sensitive, reads, place };
                        settled.push((id.clone(), attribute.name, Some(Arc::new(input))));
                    }
                    Ok(None) => settled.push((id.clone(), attribute.name, None)),
                    Err(found) => {
                        faults.extend(found);
                        settled.push((id.clone(), attribute.name, None));
                    }
                }
            }
            if let Some(template) = block.for_each.as_ref().filter(|t| self.is_closed(t)) {
                let found = self.instances(block, &NoObjects).err().unwrap_or_default();
                let vague = self.reads_broken(template);
                faults.extend(found.into_iter().filter(|_| !vague));
            }
        }
        for (id, name, worth) in settled {
            if let Some(argument) = self.blocks.get_mut(&id).and_then(|b| b.attributes.get_mut(name)) {
                argument.broken |= worth.is_none();
                argument.settled = worth;
            }
        }
    }

    /// Whether a template reads neither resources nor `each`.
    fn is_closed(&self, template: &Template) -> bool {
        let mut closed = true;
        template.each_path(&mut |_, path, _, _| match &path.root {
            crate::expr::Root::Block(_) | crate::expr::Root::EachKey | crate::expr::Root::EachValue => {
                closed = false
            }
            crate::expr::Root::Local(name) => {
                closed &= self.locals.get(name).is_none_or(|l| !matches!(l.state, LocalState::Open));
            }
            _ => {}
        });
        closed
    }

    /// Whether a template reads a variable or a local that has a fault.
    fn reads_broken(&self, template: &Template) -> bool {
        let mut broken = false;
        template.each_path(&mut |_, path, _, _| match &path.root {
            crate::expr::Root::Var(name) => broken |= self.variables.get(&**name).is_none_or(|v| v.broken),
            crate::expr::Root::Local(name) => {
                broken |= self.locals.get(name).is_none_or(|l| matches!(l.state, LocalState::Broken));
            }
            _ => {}
        });
        broken
    }
}
