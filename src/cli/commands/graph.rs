//! `graph`: what the blocks of the configuration wait for, drawn.

use crate::cli::args::{Graph as Args, GraphFormat};
use crate::cli::exit::Exit;
use crate::cli::failure::Ended;
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::workspace;
use crate::config::{Configuration, ResourceBlock};
use crate::resource::{Block, Catalog, OrderRule};
use crate::review::graph::{Graph, dot, mermaid, svg};

pub(in crate::cli) fn run(args: &Args, options: &Options, ui: &Ui) -> Ended {
    let author = workspace::author(options, ui)?;
    let graph = waits(&author.configuration, &author.catalog);
    ui.print(&match args.format {
        GraphFormat::Dot => dot(&graph),
        GraphFormat::Mermaid => mermaid(&graph),
        GraphFormat::Svg => svg(&graph),
    });
    Ok(Exit::Done)
}

/// What waits for what: by references, by `depends_on`, and by what the kinds know themselves.
fn waits(configuration: &Configuration, catalog: &Catalog) -> Graph {
    let blocks = configuration.blocks.values();
    blocks
        .map(|declared| {
            let reads = declared.reads.iter().map(|((block, _), _)| block);
            let asked = declared.depends_on.iter().map(|(dependency, _)| dependency.block());
            let beside = beside(configuration, catalog, declared);
            let all = reads.chain(asked).chain(beside);
            (declared.block.to_string(), all.map(ToString::to_string).collect())
        })
        .collect()
}

/// The blocks that the kind waits for because both name the same object.
fn beside<'c>(
    configuration: &'c Configuration,
    catalog: &'c Catalog,
    declared: &'c ResourceBlock,
) -> impl Iterator<Item = &'c Block> {
    let rules = catalog.schema(&declared.block).order.iter().filter_map(|rule| match rule {
        OrderRule::Beside { attribute, kind, theirs } => Some((*attribute, *kind, *theirs)),
        OrderRule::Refers { .. } => None,
    });
    rules.flat_map(move |(attribute, kind, theirs)| {
        let ours = declared.attributes.get(attribute).map(|argument| argument.template.written());
        let others = configuration.blocks.values().map(|other| &**other);
        let others = others.filter(move |other| other.block.kind.as_str() == kind);
        let same = move |other: &&ResourceBlock| {
            other.attributes.get(theirs).map(|argument| argument.template.written()) == ours
        };
        others.filter(same).map(|other| &other.block)
    })
}
