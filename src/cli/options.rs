//! The global options, resolved: defaults filled in, texts taken apart, environment looked up.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::args::Global;
use super::failure::Stop;

/// What every command works with.
#[derive(Clone, Debug)]
pub(super) struct Options {
    /// The configuration, as it was named; empty for the usual files of the working folder.
    pub(super) files: Vec<PathBuf>,
    /// Whether the simulated cloud takes the place of every provider.
    pub(super) simulated: bool,
    /// Where states are kept.
    pub(super) states: PathBuf,
    /// Values of variables.
    pub(super) vars: Vec<(String, String)>,
    /// Files of such values.
    pub(super) var_files: Vec<PathBuf>,
    /// Where every request and answer is written.
    pub(super) log: Option<PathBuf>,
    /// The environment.
    pub(super) env: BTreeMap<String, String>,
}

impl Options {
    /// The options that these arguments and this environment mean.
    pub(super) fn resolve(global: Global, env: BTreeMap<String, String>) -> Result<Options, Stop> {
        let vars = global.var.iter().map(|text| var(text)).collect::<Result<_, _>>()?;
        let log =
            global.log.or_else(|| env.get("LANDBRIDGE_LOG").filter(|s| !s.is_empty()).map(PathBuf::from));
        Ok(Options {
            files: global.file,
            simulated: global.sim,
            states: global.state_dir.unwrap_or_else(|| PathBuf::from("state")),
            vars,
            var_files: global.var_file,
            log,
            env,
        })
    }

    /// Where the states of this run are: simulated ones apart, so that they never meet real ones.
    pub(super) fn states(&self) -> PathBuf {
        if self.simulated { self.states.join(".sim") } else { self.states.clone() }
    }
}

fn var(text: &str) -> Result<(String, String), Stop> {
    let (name, value) = text.split_once('=').ok_or_else(|| {
        Stop::refused(format!("--var {text}: there is no `=` in it"), "write --var name=value")
    })?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(global: Global, env: &[(&str, &str)]) -> Result<Options, Stop> {
        Options::resolve(global, env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn defaults_and_environment_are_filled_in() {
        let options = resolve(Global::default(), &[("LANDBRIDGE_LOG", "x.log")]).unwrap();
        assert_eq!(options.states(), PathBuf::from("state"));
        assert_eq!(options.log, Some(PathBuf::from("x.log")));
        let sim = Global { sim: true, var: vec!["a=b=c".into()], ..Global::default() };
        let options = resolve(sim, &[("LANDBRIDGE_LOG", "")]).unwrap();
        assert_eq!(options.states(), PathBuf::from("state/.sim"));
        assert_eq!((options.vars, options.log), (vec![("a".to_owned(), "b=c".to_owned())], None));
        assert!(matches!(
            resolve(Global { var: vec!["a".into()], ..Global::default() }, &[]),
            Err(Stop::Refused { .. })
        ));
    }
}
