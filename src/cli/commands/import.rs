//! `import`: one existing object, bound to an address of the configuration.

use crate::cli::args::Import as Args;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::{stream, workspace};
use crate::ops;
use crate::resource::Address;
use crate::review::clean;

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    let address = address(&args.address)?;
    let author = workspace::author(options, ui)?;
    let (workspace, _) = author.workspace(options, &args.work)?;
    let imported =
        ops::import(&workspace, &address, &args.id).await.map_err(|failure| author.stop(failure))?;
    let said = format!("{} is bound to {}.", imported.address, clean(&imported.object.id));
    if ui.is_json() {
        ui.event(stream::log(&said));
    } else {
        ui.print(&format!("{said} `landbridge plan` shows how it differs from the configuration.\n"));
    }
    Ok(Exit::Done)
}

/// An address as it was written on the command line.
pub(in crate::cli) fn address(text: &str) -> Result<Address, Stop> {
    text.parse().map_err(|fault| {
        Stop::refused(format!("{fault}"), "a shell wants quotes around keys: 'vpcep_endpoint.shop[\"eu\"]'")
    })
}
