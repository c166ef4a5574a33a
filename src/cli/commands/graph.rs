//! `graph`: what the blocks of the configuration wait for, drawn.

use crate::cli::args::{Graph as Args, GraphFormat};
use crate::cli::exit::Exit;
use crate::cli::failure::Ended;
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::workspace;
use crate::ops;
use crate::review::graph::{Graph, dot, mermaid};

pub(in crate::cli) fn run(args: &Args, options: &Options, ui: &Ui) -> Ended {
    let author = workspace::author(options, ui)?;
    let waits = ops::graph(&author.configuration, &author.catalog);
    let graph: Graph = waits
        .into_iter()
        .map(|(block, needs)| (block.to_string(), needs.iter().map(ToString::to_string).collect()))
        .collect();
    ui.print(&match args.format {
        GraphFormat::Dot => dot(&graph),
        GraphFormat::Mermaid => mermaid(&graph),
    });
    Ok(Exit::Done)
}
