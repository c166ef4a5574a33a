//! `sim`: the simulated cloud, served over HTTP until Ctrl-C.

use crate::cli::args::Sim;
use crate::cli::cloud::signed;
use crate::cli::exit::Exit;
use crate::cli::failure::Ended;
use crate::cli::ui::Ui;
use crate::sim::{command, openapi, sample};

pub(in crate::cli) async fn run(args: &Sim, ui: &Ui) -> Ended {
    if args.describe {
        ui.print(&sample::describe());
        return Ok(Exit::Done);
    }
    if args.openapi {
        ui.print(&openapi::describe());
        return Ok(Exit::Done);
    }
    let options = command::Options {
        listen: args.listen.clone(),
        world: args.world.clone(),
        settings: args.settings.clone(),
        op_delay: args.op_delay.map(signed),
        seed: args.seed,
        faults: args.faults.clone(),
        quota: args.quota,
        strict: args.strict,
    };
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    command::run(&options, &mut ui.writer(), stop).await?;
    Ok(Exit::Done)
}
