//! The arguments as they are written. `options` turns them into what a command needs.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit;

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
    /// Write every request and answer to this file, redacted (also: LANDBRIDGE_LOG)
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<PathBuf>,
    /// Accepted for scripts; questions are asked only on a terminal anyway
    #[arg(long, hide = true, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) input: Option<bool>,
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
    /// Look at the recorded state, or correct it
    State(State),
    /// Show the outputs of the last apply
    Output(Output),
    /// Draw what depends on what
    Graph(Graph),
    /// Bind an existing object to an address
    Import(Import),
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

/// What a plan is about.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "What to plan for")]
pub(super) struct Select {
    /// Only this address, and what it needs; may be given often
    #[arg(long, value_name = "ADDRESS")]
    pub(super) target: Vec<String>,
    /// Not this address, nor what needs it; may be given often
    #[arg(long, value_name = "ADDRESS")]
    pub(super) exclude: Vec<String>,
    /// Replace this address's object though nothing asks for it; may be given often
    #[arg(long, value_name = "ADDRESS")]
    pub(super) replace: Vec<String>,
    /// Only bring the record up to date; change nothing in the cloud
    #[arg(long)]
    pub(super) refresh_only: bool,
    /// Whether to read the cloud; with false the record is taken for it
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) refresh: bool,
}

/// How work is done.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "How to work")]
pub(super) struct Work {
    /// Requests in flight at most; waiting takes no place
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(super) parallelism: u16,
    /// How long to wait for a lock that somebody else holds, such as 30s or 5m
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    pub(super) lock_timeout: std::time::Duration,
}

/// `plan`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  landbridge plan                           what apply would do
  landbridge plan --out link.plan           the same, kept for `review` and `apply link.plan`
  landbridge plan --detailed-exitcode       exit code 2 when there is something to do
  landbridge plan --target vpcep_endpoint.shop
  landbridge -f examples/cross-account plan --sim")]
pub(super) struct Plan {
    /// Keep the plan in this file, for `review` and `apply`
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Exit with 2 when changes are pending
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
    /// Plan for deleting everything
    #[arg(long)]
    pub(super) destroy: bool,
    /// Show the steps too, in the order of doing
    #[arg(long)]
    pub(super) steps: bool,
    /// What to plan for.
    #[command(flatten)]
    pub(super) select: Select,
    /// How to work.
    #[command(flatten)]
    pub(super) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `apply`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Without a file, apply makes a plan, shows it and asks. With the file of `plan --out` it does exactly
those steps without asking, or refuses when something moved since.

The first Ctrl-C starts nothing new and waits for what is running; the second stops at once.
Either way the next run goes on from there.

Examples:
  landbridge apply
  landbridge apply link.plan
  landbridge apply --auto-approve --var-file prod.yaml
  landbridge -f examples/cross-account apply --sim")]
pub(super) struct Apply {
    /// A plan made by `plan --out`
    #[arg(value_name = "PLAN", conflicts_with_all = ["target", "exclude", "replace", "refresh_only", "refresh"])]
    pub(super) plan: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    pub(super) auto_approve: bool,
    /// Show the steps too, in the order of doing
    #[arg(long)]
    pub(super) steps: bool,
    /// What to plan for.
    #[command(flatten)]
    pub(super) select: Select,
    /// How to work.
    #[command(flatten)]
    pub(super) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `destroy`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  landbridge destroy                                  shows what goes, and asks
  landbridge destroy --target vpcep_endpoint.shop     only this, and what needs it")]
pub(super) struct Destroy {
    /// Do not ask
    #[arg(long)]
    pub(super) auto_approve: bool,
    /// Show the steps too, in the order of doing
    #[arg(long)]
    pub(super) steps: bool,
    /// What to plan for.
    #[command(flatten)]
    pub(super) select: Select,
    /// How to work.
    #[command(flatten)]
    pub(super) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `drift`.
#[derive(Args, Debug)]
#[command(after_long_help = "Exit code 2 when there is drift, 0 when there is none.")]
pub(super) struct Drift {
    /// How to work.
    #[command(flatten)]
    pub(super) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// The forms of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReviewFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// `review`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
The plan file holds all a review needs: no configuration, no credentials, no cloud.

Examples:
  landbridge plan --out link.plan && landbridge review link.plan
  landbridge review link.plan --format json")]
pub(super) struct Review {
    /// A plan made by `plan --out`
    #[arg(value_name = "PLAN")]
    pub(super) plan: PathBuf,
    /// The form
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: ReviewFormat,
    /// Show the steps too, in the order of doing
    #[arg(long)]
    pub(super) steps: bool,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `state`.
#[derive(Args, Debug)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(super) struct State {
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
    /// Which part.
    #[command(subcommand)]
    pub(super) command: StateCommand,
}

/// The parts of `state`.
#[derive(Debug, Subcommand)]
pub(super) enum StateCommand {
    /// List the recorded addresses with the ids of their objects
    List(Bare),
    /// Show what is recorded about one address
    Show(StateShow),
    /// Give a recorded object another address; the cloud is not touched
    Mv(StateMv),
    /// Let go of recorded objects; the cloud is not touched
    Rm(StateRm),
    /// Check that the state is whole
    Verify(Bare),
    /// Take away a lock that a dead process left
    Unlock(StateUnlock),
}

/// `state show`.
#[derive(Args, Debug)]
pub(super) struct StateShow {
    /// Such as `vpcep_endpoint.shop`, or `vpcep_endpoint.shop["eu"]`
    #[arg(value_name = "ADDRESS")]
    pub(super) address: String,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `state mv`.
#[derive(Args, Debug)]
pub(super) struct StateMv {
    /// The address as recorded
    pub(super) from: String,
    /// The address from now on, of the same kind
    pub(super) to: String,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `state rm`.
#[derive(Args, Debug)]
pub(super) struct StateRm {
    /// The addresses to let go of
    #[arg(value_name = "ADDRESS", required = true)]
    pub(super) addresses: Vec<String>,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `state unlock`.
#[derive(Args, Debug)]
pub(super) struct StateUnlock {
    /// Also if its owner cannot be shown to be dead
    #[arg(long)]
    pub(super) force: bool,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `output`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Sensitive outputs show as (sensitive), except where one is asked for by name with --raw or --json.

Examples:
  landbridge output
  landbridge output address --raw
  landbridge output --json")]
pub(super) struct Output {
    /// Only this output
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
    /// The text itself, without quotes and without a line end
    #[arg(long, requires = "name", conflicts_with = "json")]
    pub(super) raw: bool,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// The forms of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// Graphviz
    Dot,
    /// Mermaid, which code hosts draw in Markdown
    Mermaid,
}

/// `graph`.
#[derive(Args, Debug)]
pub(super) struct Graph {
    /// The form
    #[arg(long, value_enum, default_value = "dot")]
    pub(super) format: GraphFormat,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `import`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
The address must stand in the configuration. The next plan shows how object and configuration differ.

Examples:
  landbridge import vpcep_service.payments 4189d3c2-8882-4871-a3c2-d380272eed88
  landbridge import vpcep_accept.shop SERVICE_ID/ENDPOINT_ID")]
pub(super) struct Import {
    /// Such as `vpcep_endpoint.shop`
    pub(super) address: String,
    /// The object's id in the cloud
    pub(super) id: String,
    /// How to work.
    #[command(flatten)]
    pub(super) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `schema`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  landbridge schema > landbridge.schema.json   the editor's schema of the whole language
  landbridge schema --list                     the kinds there are
  landbridge schema vpcep_endpoint             one kind, to read")]
pub(super) struct Schema {
    /// The kind to read about, such as `vpcep_endpoint` or `data.vpcep_public_service`
    pub(super) kind: Option<String>,
    /// List the kinds
    #[arg(long, conflicts_with = "kind")]
    pub(super) list: bool,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `explain`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  landbridge explain EndPoint.3006
  landbridge explain exit 2
  landbridge explain cannot_update")]
pub(super) struct Explain {
    /// A code of the cloud, `exit N`, or the reason word of a change
    #[arg(value_name = "CODE", num_args = 1..=2, required = true)]
    pub(super) code: Vec<String>,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `completions`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  landbridge completions bash > ~/.local/share/bash-completion/completions/landbridge
  landbridge completions zsh > ~/.zfunc/_landbridge")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `init`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Nothing is overwritten. Afterwards `landbridge apply --sim` works at once; put in your own ids and
credentials and leave --sim away to do it for real.")]
pub(super) struct Init {
    /// The stack's name: the identity of its state
    #[arg(long, value_name = "NAME", default_value = "payments-link")]
    pub(super) stack: String,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// `sim`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
It prints `listening on http://…` and serves the clouds' own paths, bodies, codes and state machines;
SDKs work against it unchanged. Control paths are under /_sim/.

Examples:
  landbridge sim
  landbridge sim --listen 127.0.0.1:0 --op-delay 90s --seed 7
  landbridge sim --describe                    accounts, keys, VPCs and ports of the sample world")]
pub(super) struct Sim {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(super) listen: String,
    /// A world file in place of the sample world
    #[arg(long, value_name = "FILE")]
    pub(super) world: Option<PathBuf>,
    /// A file of settings; the options here win over it
    #[arg(long, value_name = "FILE")]
    pub(super) settings: Option<PathBuf>,
    /// How long creations, deletions and acceptances take, such as 90s
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(super) op_delay: Option<std::time::Duration>,
    /// Seed of ids, tokens and faults
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// A file of faults
    #[arg(long, value_name = "FILE")]
    pub(super) faults: Option<PathBuf>,
    /// Quota of services and of endpoints of every project
    #[arg(long, value_name = "N")]
    pub(super) quota: Option<u64>,
    /// Refuse unknown parameters and fields
    #[arg(long)]
    pub(super) strict: bool,
    /// Describe the sample world and the form of a world file, and end
    #[arg(long)]
    pub(super) describe: bool,
    /// Global options.
    #[command(flatten)]
    pub(super) global: Global,
}

/// Reads `90s`, `5m`, `1h30m`; a bare number is seconds.
fn duration(text: &str) -> Result<std::time::Duration, String> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(std::time::Duration::from_secs(seconds));
    }
    let wrong = || format!("`{text}` is no length of time; write 30s, 5m or 1h30m");
    let span: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    span.try_into().map_err(|_| wrong())
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
            Command::State(c) => vec![&c.global, c.command.global()],
            Command::Output(c) => vec![&c.global],
            Command::Graph(c) => vec![&c.global],
            Command::Import(c) => vec![&c.global],
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
        )
    }

    /// Whether `--json` means a stream of events, rather than one value.
    pub(super) fn streams(&self) -> bool {
        self.contacts() || matches!(self, Command::Validate(_))
    }
}

impl StateCommand {
    fn global(&self) -> &Global {
        match self {
            StateCommand::List(c) | StateCommand::Verify(c) => &c.global,
            StateCommand::Show(c) => &c.global,
            StateCommand::Mv(c) => &c.global,
            StateCommand::Rm(c) => &c.global,
            StateCommand::Unlock(c) => &c.global,
        }
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
            sum.log = more.log.clone().or(sum.log);
            sum.input = more.input.or(sum.input);
            sum
        })
    }
}
