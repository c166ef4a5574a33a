//! Long options with one dash, as Terraform writes them: `-auto-approve`, `-var a=b`, `-out=f`.

use std::ffi::OsString;

/// The options that scripts written for Terraform use and that we have too.
const LONG: [&str; 18] = [
    "auto-approve",
    "chdir",
    "destroy",
    "detailed-exitcode",
    "exclude",
    "input",
    "json",
    "lock-timeout",
    "no-color",
    "out",
    "parallelism",
    "raw",
    "refresh",
    "refresh-only",
    "replace",
    "target",
    "var",
    "var-file",
];

/// The arguments with the second dash put where it is missing. What follows `--` is left alone.
pub(super) fn tolerate(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut literal = false;
    args.into_iter()
        .map(|arg| {
            literal |= arg == "--";
            match arg.to_str().and_then(|text| text.strip_prefix('-')) {
                Some(rest) if !literal && LONG.contains(&rest.split('=').next().unwrap_or(rest)) => {
                    OsString::from(format!("--{rest}"))
                }
                _ => arg,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dash_is_enough_for_terraforms_options() {
        let given =
            ["x", "apply", "-auto-approve", "-var", "a=b", "-out=f", "-f", "dir", "-fdir", "--", "-json"];
        let read =
            ["x", "apply", "--auto-approve", "--var", "a=b", "--out=f", "-f", "dir", "-fdir", "--", "-json"];
        assert_eq!(tolerate(given.map(OsString::from)), read.map(OsString::from));
    }
}
