//! Arguments, terminal, questions, exit codes; reading files and environment, choosing the cloud.
//!
//! Architecture invariant: no rule about resources lives here, and nothing prints but `ui`.

mod approval;
mod args;
mod cloud;
mod commands;
mod conceal;
mod confirm;
mod exit;
mod failure;
mod git;
mod interrupt;
mod junit;
mod moved;
mod options;
mod panic;
mod policies;
mod post;
mod progress;
mod renderings;
mod request_log;
mod revisions;
mod simulated;
mod sources;
mod ssh_keygen;
mod stream;
mod tolerance;
mod trials;
mod ui;
mod virtual_time;
mod workspace;

pub use exit::Exit;

use std::collections::BTreeMap;
use std::ffi::OsString;

use anyhow::Context;
use clap::Parser;

use self::args::{Cli, Command, Global};
use self::failure::Ended;
use self::options::Options;
use self::ui::Ui;

/// Runs the command that these arguments say, program name first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    panic::install();
    let cli = match Cli::try_parse_from(tolerance::tolerate(args)) {
        Ok(cli) => cli,
        Err(usage) => return tell_usage(&usage),
    };
    let global = Global::merged([&cli.global].into_iter().chain(cli.command.globals()));
    let ui = Ui::of_process(global.json, global.no_color, global.compat);
    let exit = match dispatch(cli.command, global, &ui) {
        Ok(exit) => exit,
        Err(stop) => stop.tell(&ui),
    };
    heard(&ui, exit)
}

/// The end of a run whose results could be written, or a failure.
fn heard(ui: &Ui, exit: Exit) -> Exit {
    let Some(why) = ui.unwritten() else { return exit };
    ui::last_words(&format!("error: what this run had to say could not be written: {why}"));
    Exit::Failed
}

/// Help, version, or what is wrong with the arguments.
fn tell_usage(usage: &clap::Error) -> Exit {
    let ui = Ui::of_process(false, false, None);
    let text = usage.render().ansi().to_string();
    if usage.use_stderr() {
        ui.note(&text);
        Exit::Failed
    } else {
        ui.print(&text);
        heard(&ui, Exit::Done)
    }
}

fn dispatch(command: Command, global: Global, ui: &Ui) -> Ended {
    if let Some(folder) = &global.chdir {
        std::env::set_current_dir(folder)
            .with_context(|| format!("failed to work in the folder {}", folder.display()))?;
    }
    let options = Options::resolve(global, environment())?;
    #[cfg(feature = "crash-points")]
    arm_crash_point(&options.env);
    // The one cryptography that is compiled in; a second call finds it installed already.
    drop(rustls::crypto::ring::default_provider().install_default());
    // One thread is quickest for what mostly waits for a cloud; blocking work has threads of its own.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("failed to start")?;
    let ended = runtime.block_on(perform(command, &options, ui));
    // What still runs in the background is of no interest any more.
    runtime.shutdown_background();
    ended
}

async fn perform(command: Command, options: &Options, ui: &Ui) -> Ended {
    if ui.is_json() && command.streams() {
        ui.event(stream::version(options.simulated));
    }
    if options.simulated
        && matches!(
            command,
            Command::Drift(_)
                | Command::Import(_)
                | Command::Export(_)
                | Command::Recover(_)
                | Command::Rehearse(_)
                | Command::Drill(_)
        )
        && !ui.is_json()
    {
        // Plans say so themselves.
        ui.note("Simulated: the embedded cloud takes the place of every provider (--sim).");
    }
    match command {
        Command::Init(args) => commands::init::run(&args, ui),
        Command::Validate(_) => commands::validate::run(options, ui),
        Command::Plan(args) => commands::plan::run(args, options, ui).await,
        Command::Apply(args) => commands::apply::run(args, options, ui).await,
        Command::Destroy(args) => commands::destroy::run(args, options, ui).await,
        Command::Drift(args) => commands::drift::run(args, options, ui).await,
        Command::Review(args) => commands::review::run(&args, options, ui).await,
        Command::Policy(args) => commands::policy::run(&args, options, ui),
        Command::State(args) => commands::state::run(&args, options, ui).await,
        Command::Output(args) => commands::output::run(&args, options, ui),
        Command::Graph(args) => commands::graph::run(&args, options, ui),
        Command::Import(args) => commands::import::run(args, options, ui).await,
        Command::Export(args) => commands::export::run(args, options, ui).await,
        Command::Recover(args) => commands::recover::run(args, options, ui).await,
        Command::Rehearse(args) => commands::rehearse::run(args, options, ui).await,
        Command::Drill(args) => commands::drill::run(args, options, ui).await,
        Command::Rebuild(args) => commands::rebuild::run(args, options, ui).await,
        Command::Schema(args) => commands::schema::run(&args, ui),
        Command::Explain(args) => commands::explain::run(&args, ui),
        Command::Completions(args) => commands::completions::run(&args, ui),
        Command::Sim(args) => commands::sim::run(&args, ui).await,
    }
}

/// Arms the crash point that a test has put into the environment; with any other text they are only
/// told.
#[cfg(feature = "crash-points")]
fn arm_crash_point(env: &BTreeMap<String, String>) {
    if let Some(point) = env.get("LANDBRIDGE_CRASH_POINT") {
        crate::state::crash::arm(point);
    }
}

/// The environment as text; what is no text cannot be meant by a configuration.
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
