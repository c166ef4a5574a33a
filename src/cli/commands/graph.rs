//! `graph`: what the blocks of the configuration wait for, drawn.

use crate::cli::args::{Graph as Args, GraphFormat};
use crate::cli::exit::Exit;
use crate::cli::failure::Ended;
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::workspace;
use crate::config::Configuration;
use crate::review::graph::{Graph, dot, mermaid};

pub(in crate::cli) fn run(args: &Args, options: &Options, ui: &Ui) -> Ended {
    let author = workspace::author(options, ui)?;
    let graph = written(&author.configuration);
    ui.print(&match args.format {
        GraphFormat::Dot => dot(&graph),
        GraphFormat::Mermaid => mermaid(&graph),
    });
    Ok(Exit::Done)
}

/// What the configuration itself says: references and `depends_on`.
fn written(configuration: &Configuration) -> Graph {
    let blocks = configuration.blocks.values();
    blocks
        .map(|declared| {
            let reads = declared.reads.keys().map(|(block, _)| block);
            let waits = declared.depends_on.iter().map(|(dependency, _)| dependency.block());
            (declared.block.to_string(), reads.chain(waits).map(ToString::to_string).collect())
        })
        .collect()
}
