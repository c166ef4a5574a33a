//! Arguments of the commands that bring back what is there already.

use std::path::PathBuf;

use clap::Args;

use super::{Global, Work};

/// `import`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
The addresses must stand in the configuration. Only our record changes; what the objects differ in is
shown, and stays for the next apply. `imports:` in the configuration does the same within a plan.

Examples:
  landbridge import vpcep_service.payments 4189d3c2-8882-4871-a3c2-d380272eed88
  landbridge import vpcep_accept.shop SERVICE_ID/ENDPOINT_ID
  landbridge import vpcep_service.payments             the only object with its natural key
  landbridge import vpcep_service.payments --by port_id,ports
  landbridge import --from ids.yaml --dry-run          many: a map of addresses and ids
  landbridge import --from-tfstate terraform.tfstate --out links.yaml")]
pub(in crate::cli) struct Import {
    /// Such as `vpcep_endpoint.shop`
    #[arg(required_unless_present_any = ["from", "from_tfstate"])]
    pub(in crate::cli) address: Option<String>,
    /// The object's id in the cloud [default: the only object with the natural key of the resource]
    pub(in crate::cli) id: Option<String>,
    /// Know the object by these attributes of the resource
    #[arg(
        long,
        value_name = "ATTRIBUTE",
        value_delimiter = ',',
        conflicts_with = "id",
        requires = "address"
    )]
    pub(in crate::cli) by: Vec<String>,
    /// YAML file of addresses, each with the id of its object
    #[arg(long, value_name = "FILE", conflicts_with = "address")]
    pub(in crate::cli) from: Option<PathBuf>,
    /// Take over what this state of Terraform manages, as a new configuration (--out)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["address", "from"])]
    pub(in crate::cli) from_tfstate: Option<PathBuf>,
    /// The new file for what Terraform managed
    #[arg(long, value_name = "FILE", requires = "from_tfstate")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Only show what would be bound, and what differs
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// How to work.
    #[command(flatten)]
    pub(in crate::cli) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `recover`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
For a state that is lost, damaged or too old. Every address of the configuration is matched with the
live objects by its natural key and by what it refers to. What cannot be told apart is asked, on the
terminal or by --answers; nothing is guessed, nothing in the cloud is changed, and nothing is written
before you agree.

Examples:
  landbridge recover --dry-run              only show what would come back
  landbridge recover
  landbridge recover --answers which.yaml   a map of addresses, each with an id or `none`")]
pub(in crate::cli) struct Recover {
    /// YAML file that says which objects belong to addresses where it cannot be told
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) answers: Option<PathBuf>,
    /// Write the record without asking
    #[arg(long, alias = "yes")]
    pub(in crate::cli) auto_approve: bool,
    /// Only show what would come back
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// How to work.
    #[command(flatten)]
    pub(in crate::cli) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}

/// `export`.
#[derive(Args, Debug)]
#[command(after_long_help = "\
The configuration needs only its `stack:` and `providers:`; several provider blocks give the links
between their accounts as one graph. What is recorded already is left out, and referred to. Nothing
in the cloud is changed.

Examples:
  landbridge export                                  to read; nothing is written
  landbridge export --out exported.yaml              the configuration, and the record of it
  landbridge export --name pay --out pay.yaml        services with that name, and their endpoints
  landbridge export --tag team=payments --vpc VPC_ID --out some.yaml")]
pub(in crate::cli) struct Export {
    /// Write the configuration to this new file, and record its objects
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Only through this provider block; may be given often
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) provider: Vec<String>,
    /// Only what has this text in its name
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) name: Option<String>,
    /// Only what has this tag; may be given often, and then all must be there
    #[arg(long, value_name = "KEY[=VALUE]")]
    pub(in crate::cli) tag: Vec<String>,
    /// Only what is in this VPC; may be given often
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) vpc: Vec<String>,
    /// Only this object; may be given often
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) id: Vec<String>,
    /// How to work.
    #[command(flatten)]
    pub(in crate::cli) work: Work,
    /// Global options.
    #[command(flatten)]
    pub(in crate::cli) global: Global,
}
