//! `init`: a commented configuration to begin with, and the schema for editors.

use std::path::Path;

use crate::cli::args::Init;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::sources::{USUAL, is_folder_name, write_new};
use crate::cli::ui::Ui;
use crate::provider;

/// The schema's usual name; the first line of the configuration points there.
const SCHEMA: &str = "landbridge.schema.json";

const TEMPLATE: &str = include_str!("init.yaml");

pub(in crate::cli) fn run(args: &Init, ui: &Ui) -> Ended {
    if !is_folder_name(&args.stack)
        || !args.stack.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    {
        return Err(Stop::refused(
            format!("`{}` cannot name a stack", args.stack),
            "letters, digits, `-`, `_` and `.`: it becomes a folder's name",
        ));
    }
    if !write_new(Path::new(USUAL), &TEMPLATE.replace("STACK", &args.stack))? {
        return Err(Stop::refused(
            format!("{USUAL} is there already, and is not overwritten"),
            "use another folder (-C), or edit what is there",
        ));
    }
    let schema = serde_json::to_string_pretty(&crate::config::json_schema(&provider::catalog()))
        .expect("a schema is plain data: please report");
    let wrote_schema = write_new(Path::new(SCHEMA), &format!("{schema}\n"))?;
    let also = if wrote_schema { format!(" and {SCHEMA}") } else { String::new() };
    ui.print(&format!(
        "Wrote {USUAL}{also}.\n\n\
         Next:\n  \
         landbridge apply --sim     try it on the simulated cloud: no account, nothing to set\n  \
         landbridge plan            on the real cloud, once your ids and credentials are in {USUAL}\n"
    ));
    Ok(Exit::Done)
}
