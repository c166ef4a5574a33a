//! `completions`: what a shell needs to complete our commands.

use clap::CommandFactory;

use crate::cli::args::{Cli, Completions};
use crate::cli::exit::Exit;
use crate::cli::failure::Ended;
use crate::cli::ui::Ui;

pub(in crate::cli) fn run(args: &Completions, ui: &Ui) -> Ended {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "landbridge", &mut script);
    ui.print(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
