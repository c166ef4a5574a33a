//! The order of blocks, by what they read of each other; and loops among them, told whole.

use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, Place};
use crate::graph::{Dag, Loop};
use crate::resource::Block;

/// All blocks, each after the blocks it reads.
///
/// # Errors
/// The loop, each hop with its place.
pub fn order(configuration: &Configuration) -> Result<Vec<Block>, Vec<Diagnostic>> {
    let mut dag: Dag<Block, Option<Place>> = Dag::new(configuration.blocks.keys().cloned());
    for (block, declared) in &configuration.blocks {
        let read = declared.reads.iter().map(|((read, _), place)| (read, place));
        let named = declared.depends_on.iter().map(|(dependency, place)| (dependency.block(), place));
        for (first, place) in read.chain(named) {
            dag.wait(block, first, Some(place.clone()));
        }
    }
    dag.order().map_err(|Loop(hops)| vec![told(hops)])
}

fn told(hops: Vec<(Block, Option<Place>)>) -> Diagnostic {
    let names: Vec<String> = hops.iter().map(|(b, _)| b.to_string()).collect();
    let first = names.first().cloned().unwrap_or_default();
    let detail = format!("each waits for the next: {} -> {first}", names.join(" -> "));
    let mut places = hops.into_iter();
    let mut diagnostic = Diagnostic::error("Resources wait for each other in a loop", detail)
        .hint("take one of these references out; an id that is known beforehand can be written literally");
    if let Some((_, place)) = places.next() {
        diagnostic = diagnostic.at(place);
    }
    for (block, place) in places {
        diagnostic = diagnostic.also(place, format!("{block} reads the next one here"));
    }
    diagnostic
}
