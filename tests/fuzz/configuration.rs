//! A configuration: read, checked, evaluated, and worked out as a plan without a cloud.

use landbridge::config::{self, Sources};
use landbridge::diagnostic::{Diagnostic, Renderer};
use landbridge::ops::{self, OfflineFault, StandIns};
use landbridge::plan::planfile;
use landbridge::provider;
use landbridge::review::{Format, Surroundings};

/// The configuration, and behind a zero byte each: values of variables, what the configuration was
/// before, and answers about interrupted creations.
pub(super) fn read(bytes: &[u8]) {
    let mut parts = bytes.split(|byte| *byte == 0);
    let text = parts.next().unwrap_or_default();
    let var_files = parts.next().map(|values| ("values.yaml".into(), values.to_vec()));
    let before = parts.next();
    if let Some(answers) = parts.next()
        && let Err(faults) = config::answers(&"answers.yaml".into(), answers)
    {
        told(&faults, &Sources::default());
    }
    let sources = |text: &[u8]| Sources {
        files: vec![("landbridge.yaml".into(), text.to_vec())],
        var_files: var_files.iter().cloned().collect(),
        env: [("SECRET".to_owned(), "canary".to_owned())].into(),
        ..Sources::default()
    };
    let catalog = provider::catalog();
    let head = sources(text);
    let (configuration, warnings) = match config::parse(&head, &catalog) {
        Ok(parsed) => parsed,
        Err(faults) => {
            assert!(!faults.is_empty(), "it is refused without a word");
            return told(&faults, &head);
        }
    };
    told(&warnings, &head);
    for name in configuration.providers.keys() {
        if let Err(faults) = configuration.provider(name) {
            told(&faults, &head);
        }
    }
    let before = before.map(sources);
    let base = before.as_ref().and_then(|before| config::parse(before, &catalog).ok());
    let base = base.as_ref().map(|(configuration, _)| configuration);
    match ops::offline(base, &configuration, &catalog, StandIns::default()) {
        Ok(plan) => {
            let text = planfile::write(&plan);
            assert_eq!(planfile::read(text.as_bytes()).as_ref(), Ok(&plan), "a plan reads back");
            assert!(!Format::Text.render(&plan, &Surroundings::default()).is_empty());
        }
        Err(OfflineFault::Base(faults)) => told(&faults, before.as_ref().unwrap_or(&head)),
        Err(OfflineFault::Head(faults)) => told(&faults, &head),
    }
}

fn told(faults: &[Diagnostic], sources: &Sources) {
    let told = Renderer::new(&config::texts(sources), true).many(faults);
    assert!(faults.is_empty() || told.len() > 20, "{told:?}");
}
