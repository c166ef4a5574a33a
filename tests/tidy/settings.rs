//! What a provider reads and what an author may write are the same settings.

use landbridge::provider;
use landbridge::resource::SettingSchema;

use crate::common::Journey;

fn written(setting: &SettingSchema) -> String {
    let group: Vec<String> = setting.group.iter().map(written).collect();
    match group.is_empty() {
        true => format!("{}: x", setting.name),
        false => format!("{}: {{ {} }}", setting.name, group.join(", ")),
    }
}

#[test]
fn an_author_may_write_every_setting_that_a_provider_reads() {
    let catalog = provider::catalog();
    for provider_type in catalog.provider_types() {
        let all: Vec<String> = catalog.settings(provider_type).iter().map(written).collect();
        assert!(all.contains(&"account_id: x".to_owned()), "{provider_type}: {all:?}");
        let text = format!("stack: s\nproviders:\n  p: {{ type: {provider_type}, {} }}\n", all.join(", "));
        if let Err(faults) = Journey::new(&text).parse() {
            panic!("{provider_type}: {faults:#?}");
        }
    }
}
