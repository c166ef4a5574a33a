//! Arguments of `rebuild`.

use std::path::PathBuf;

use clap::Args;

use super::{Global, Work};
use crate::plan::Limit;
use crate::resource::ProviderName;

/// `rebuild`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Declare the new provider blocks beside the old ones first. What stands through the old ones is planned
and made through the new ones, with a state of its own; what is there now is neither read nor touched,
and may be gone. A run that was cut off goes on when the same command is run again.

In the end you are told what became of each id, address and name, and what to change in the
configuration. --confirm makes it the stack's own; then --delete-old deletes what was there before.

The file of --values says what ids of networks, ports and the like are in the new place:

  4189d3c2-8882-4871-a3c2-d380272eed80: 5a89ded7-21cd-4c57-add8-59a0ee681571
  vpcep_endpoint:                       # or only in one attribute, or only of one kind
    subnet_id: { OLD: NEW }

Examples:
  landbridge rebuild --map owner=owner-dr --map shop=shop-dr --values dr.yaml --map-out moved.md
  landbridge rebuild --map owner=owner-dr --values dr.yaml --dry-run
  landbridge rebuild --map owner=owner-dr --values dr.yaml --edit    and change the configuration
  landbridge rebuild --confirm
  landbridge rebuild --delete-old
  landbridge rebuild --abandon              delete what was made, and go on as before")]
pub(in crate::cli) struct Rebuild {
    /// Make what stands through provider block OLD anew through NEW; may be given often
    #[arg(
        long,
        value_name = "OLD=NEW",
        value_parser = pair,
        required_unless_present_any = ["confirm", "abandon", "delete_old", "forget_old"]
    )]
    pub(in crate::cli) map: Vec<(ProviderName, ProviderName)>,
    /// YAML file: what values of the old places are in the new ones
    #[arg(long, value_name = "FILE", requires = "map")]
    pub(in crate::cli) values: Option<PathBuf>,
    /// Write what became of each id, address and name to this file, as .json, .csv or .md
    #[arg(long, value_name = "FILE", conflicts_with_all = ["abandon", "delete_old", "forget_old"])]
    pub(in crate::cli) map_out: Option<PathBuf>,
    /// Only try it, on a twin of the live clouds: would it succeed, and how long would it take
    #[arg(long, requires = "map", conflicts_with_all = ["edit", "map_out"])]
    pub(in crate::cli) dry_run: bool,
    /// Change the configuration's files once everything is made
    #[arg(long, requires = "map")]
    pub(in crate::cli) edit: bool,
    /// Make the rebuild the stack's own; the state before it stays in the history
    #[arg(long, conflicts_with = "map")]
    pub(in crate::cli) confirm: bool,
    /// Give the rebuild up, and delete what it made
    #[arg(long, conflicts_with_all = ["map", "confirm"])]
    pub(in crate::cli) abandon: bool,
    /// Delete what was there before a confirmed rebuild
    #[arg(long, conflicts_with_all = ["map", "confirm", "abandon"])]
    pub(in crate::cli) delete_old: bool,
    /// Let go of what was there before a confirmed rebuild, such as where its region is gone
    #[arg(long, conflicts_with_all = ["map", "confirm", "abandon", "delete_old"])]
    pub(in crate::cli) forget_old: bool,
    /// Do it without asking
    #[arg(long, alias = "yes")]
    pub(in crate::cli) auto_approve: bool,
    /// Go beyond this limit of the configuration; may be given often
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) override_limit: Vec<Limit>,
    /// Which object an interrupted creation made, where that cannot be told: YAML, `ADDRESS: ID`
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) answers: Option<PathBuf>,
    /// How to work.
    #[command(flatten)]
    pub(in crate::cli) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// Reads `OLD=NEW`.
fn pair(text: &str) -> Result<(ProviderName, ProviderName), String> {
    match text.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => Ok((old.into(), new.into())),
        _ => Err(format!("`{text}` does not say which block takes the place of which; write OLD=NEW")),
    }
}
