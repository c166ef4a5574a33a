//! `validate`: the configuration checked, nothing contacted.

use crate::cli::exit::Exit;
use crate::cli::failure::Ended;
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::{stream, workspace};
use crate::resource::Mode;

pub(in crate::cli) fn run(options: &Options, ui: &Ui) -> Ended {
    let author = workspace::author(options, ui)?;
    let configuration = &author.configuration;
    crate::plan::blocks::order(configuration).map_err(|faults| author.stop(faults.into()))?;
    let faults = configuration.faults_without_cloud(&author.catalog);
    if !faults.is_empty() {
        return Err(author.stop(faults.into()));
    }
    let resources = configuration.blocks.keys().filter(|block| block.mode == Mode::Managed).count();
    let said = format!(
        "Stack {} is valid: {}, {}, {}.",
        configuration.stack,
        count(resources, "resource"),
        count(configuration.blocks.len() - resources, "lookup"),
        count(configuration.outputs.len(), "output"),
    );
    if ui.is_json() {
        ui.event(stream::log(&said));
    } else {
        ui.print(&format!("{said}\n"));
    }
    Ok(Exit::Done)
}

fn count(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") }
}
