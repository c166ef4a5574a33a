//! The arguments as they are written. `options` turns them into what a command needs.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit;

mod look;
mod policy;
mod rebuild;
mod recovery;
mod run;
mod setup;
mod state;
mod trials;
mod work;

pub(super) use look::{Completions, Explain, Graph, GraphFormat, Output, Schema};
pub(super) use policy::{Policy, PolicyCommand, PolicyTest};
pub(super) use rebuild::Rebuild;
pub(super) use recovery::{Export, Import, Recover};
pub(super) use run::{Apply, Destroy, Drift, Plan, Posting, Review, Trust};
pub(super) use setup::{Init, Sim};
pub(super) use state::{
    State, StateBackup, StateCommand, StateDiff, StateList, StateMv, StateRestore, StateRm, StateShow,
    StateUnlock,
};
pub(super) use trials::{Drill, Lose, Rehearse};
pub(super) use work::{Select, Work};

/// Plan, review and apply private connectivity between cloud networks
///
/// You write the links you want in YAML: a service in one account, who may use it, the endpoints
/// of its consumers in others, and the acceptance. landbridge compares that with the cloud and with
/// what it recorded, shows a plan, and does exactly what the plan says, in the right order.
#[derive(Debug, Parser)]
#[command(name = "landbridge", version, max_term_width = 100, after_long_help = exit::HELP)]
#[command(subcommand_required = true, arg_required_else_help = true, disable_help_subcommand = true)]
pub(super) struct Cli {
    /// Global options before the command.
    #[command(flatten)]
    pub(super) global: Global,
    /// The command.
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command. They may stand before or after it; lists from both places add up.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// Work in this folder
    #[arg(short = 'C', long = "chdir", value_name = "DIR")]
    pub(super) chdir: Option<PathBuf>,
    /// Configuration file, or a folder of them [default: landbridge.yaml, else *.yaml and *.yml]
    #[arg(short = 'f', long = "file", value_name = "PATH")]
    pub(super) file: Vec<PathBuf>,
    /// Use the embedded simulated cloud in place of every provider's endpoint
    ///
    /// Nothing is contacted and no credentials are needed: the provider settings of the
    /// configuration are not evaluated. State and simulated cloud are kept under state/.sim, apart
    /// from real ones.
    #[arg(long)]
    pub(super) sim: bool,
    /// Folder that holds the stacks' states [default: state]
    #[arg(long, value_name = "DIR")]
    pub(super) state_dir: Option<PathBuf>,
    /// Value of a variable; may be given often
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(super) var: Vec<String>,
    /// YAML file with values of variables; later ones win
    #[arg(long = "var-file", value_name = "FILE")]
    pub(super) var_file: Vec<PathBuf>,
    /// Write one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
    /// No colours (also: NO_COLOR)
    #[arg(long = "no-color", alias = "no-colour")]
    pub(super) no_color: bool,
    /// Word plans and outcomes as this tool does, for programs that look for its words
    #[arg(long, value_enum, value_name = "TOOL")]
    pub(super) compat: Option<Compat>,
    /// Write every request and answer to this file, redacted (also: LANDBRIDGE_LOG)
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
    /// Accepted for scripts; questions are asked only on a terminal anyway
    #[arg(long, hide = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) input: Option<bool>,
}

/// A tool whose words can be spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Compat {
    /// Terraform: headings, signs, counts and errors as tfcmt, Atlantis and scripts look for them
    Terraform,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a commented configuration and the editor schema into the folder
    Init(Init),
    /// Check the configuration without contacting anything
    Validate(Bare),
    /// Read the cloud and show what apply would do
    Plan(Plan),
    /// Make the cloud as the configuration says
    Apply(Apply),
    /// Delete everything the stack recorded
    Destroy(Destroy),
    /// Show what others changed since the last apply; changes nothing
    Drift(Drift),
    /// Show a saved plan
    Review(Review),
    /// Test the policies that plans are held against
    Policy(Policy),
    /// Look at the recorded state, or correct it
    State(State),
    /// Show the outputs of the last apply
    Output(Output),
    /// Draw what depends on what
    Graph(Graph),
    /// Bring existing objects under addresses
    Import(Import),
    /// Write live objects as a configuration, and record them
    Export(Export),
    /// Bring a lost state back from the configuration and from what is there
    Recover(Recover),
    /// Try a saved plan on a twin of the live clouds, and say what apply would come to
    Rehearse(Rehearse),
    /// Lose something on a twin of the live clouds, and measure how long it takes to get it back
    Drill(Drill),
    /// Make a stack anew elsewhere: in another region, another account
    Rebuild(Rebuild),
    /// Show what a kind of resource takes, or write the JSON schema for editors
    Schema(Schema),
    /// Say what a code of the cloud, or an exit code of ours, means and what to do
    Explain(Explain),
    /// Write the completions of a shell
    Completions(Completions),
    /// Serve the simulated cloud over HTTP
    Sim(Sim),
}

/// A command that takes no arguments of its own.
#[derive(Args, Debug)]
pub(super) struct Bare {
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

impl Command {
    /// The global options as they stand after the command, outermost first.
    pub(super) fn globals(&self) -> Vec<&Global> {
        match self {
            Command::Init(c) => vec![&c.global],
            Command::Validate(c) => vec![&c.global],
            Command::Plan(c) => vec![&c.global],
            Command::Apply(c) => vec![&c.global],
            Command::Destroy(c) => vec![&c.global],
            Command::Drift(c) => vec![&c.global],
            Command::Review(c) => vec![&c.global],
            Command::Policy(c) => vec![&c.global, c.command.global()],
            Command::State(c) => vec![&c.global, c.command.global()],
            Command::Output(c) => vec![&c.global],
            Command::Graph(c) => vec![&c.global],
            Command::Import(c) => vec![&c.global],
            Command::Export(c) => vec![&c.global],
            Command::Recover(c) => vec![&c.global],
            Command::Rehearse(c) => vec![&c.global],
            Command::Drill(c) => vec![&c.global],
            Command::Rebuild(c) => vec![&c.global],
            Command::Schema(c) => vec![&c.global],
            Command::Explain(c) => vec![&c.global],
            Command::Completions(c) => vec![&c.global],
            Command::Sim(c) => vec![&c.global],
        }
    }
}

impl Command {
    /// Whether a cloud is contacted.
    pub(super) fn contacts(&self) -> bool {
        matches!(
            self,
            Command::Plan(_)
                | Command::Apply(_)
                | Command::Destroy(_)
                | Command::Drift(_)
                | Command::Import(_)
                | Command::Export(_)
                | Command::Recover(_)
                | Command::Rehearse(_)
                | Command::Drill(_)
                | Command::Rebuild(_)
        )
    }

    /// Whether `--json` means a stream of events, rather than one value.
    pub(super) fn streams(&self) -> bool {
        self.contacts() || matches!(self, Command::Validate(_))
    }
}

impl Global {
    /// The sum of the global options from all places where they may stand.
    pub(super) fn merged<'a>(all: impl IntoIterator<Item = &'a Global>) -> Global {
        all.into_iter().fold(Global::default(), |mut sum, more| {
            sum.chdir = more.chdir.clone().or(sum.chdir);
            sum.file.extend(more.file.iter().cloned());
            sum.sim |= more.sim;
            sum.state_dir = more.state_dir.clone().or(sum.state_dir);
            sum.var.extend(more.var.iter().cloned());
            sum.var_file.extend(more.var_file.iter().cloned());
            sum.json |= more.json;
            sum.no_color |= more.no_color;
            sum.compat = more.compat.or(sum.compat);
            sum.log = more.log.clone().or(sum.log);
            sum.input = more.input.or(sum.input);
            sum
        })
    }
}

#[cfg(test)]
mod examples;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::options::Options;

    fn read(line: &str) -> Result<(Command, Global), clap::Error> {
        let words =
            std::iter::once("landbridge").chain(line.split_whitespace()).map(std::ffi::OsString::from);
        let cli = Cli::try_parse_from(crate::cli::tolerance::tolerate(words))?;
        let global = Global::merged([&cli.global].into_iter().chain(cli.command.globals()));
        Ok((cli.command, global))
    }

    #[test]
    fn the_definition_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_stand_anywhere_and_lists_add_up() {
        for line in ["--sim state list", "state --sim list", "state list --sim"] {
            assert!(read(line).unwrap().1.sim, "{line}");
        }
        let (_, global) = read("--var a=1 -f x plan --var b=2 -f y --state-dir s").unwrap();
        let options = Options::resolve(global, Default::default()).unwrap();
        assert_eq!(options.vars.len(), 2);
        assert_eq!(options.files, ["x", "y"].map(PathBuf::from));
        assert_eq!(options.states(), PathBuf::from("s"));
    }

    #[test]
    fn what_is_read_and_what_is_refused() {
        for (line, fine) in [
            ("plan --refresh=false --destroy", true),
            ("plan -detailed-exitcode -out=f -input=false", true),
            ("apply link.plan", true),
            ("apply link.plan --auto-approve", true),
            ("apply link.plan --target a.b", false),
            ("apply --parallelism 0", false),
            ("apply --lock-timeout soon", false),
            ("apply --lock-timeout 1h30m", true),
            ("output x --raw", true),
            ("output --raw", false),
            ("review", false),
            ("state", false),
            ("state show", false),
            ("graph --format png", false),
            ("explain exit 2", true),
            ("sim --op-delay 90s --listen 127.0.0.1:0", true),
            ("rehearse", false),
            ("rehearse link.plan", true),
            ("drill", false),
            ("drill --lose all --lose state --target 30m --report junit=x.xml", true),
            ("drill --lose share=0", false),
            ("drill --lose provider=", false),
            ("drill --lose kind=vpcep_service --report x.xml", false),
            ("nonsense", false),
        ] {
            assert_eq!(read(line).is_ok(), fine, "{line}");
        }
        let (Command::Apply(args), _) = read("apply --lock-timeout 90").unwrap() else { panic!() };
        assert_eq!(
            (args.work.lock_timeout.as_secs(), args.work.parallelism, args.select.refresh),
            (90, 10, true)
        );
    }
}
