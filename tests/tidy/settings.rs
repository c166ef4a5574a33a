//! What a provider reads and what an author may write are the same settings.

use landbridge::provider::{SettingSchema, provider_settings};

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
    let settings = provider_settings("huaweicloud").expect("a known provider type");
    let all: Vec<String> = settings.iter().map(written).collect();
    assert!(all.contains(&"account_id: x".to_owned()), "{all:?}");
    let text = format!("stack: s\nproviders:\n  p: {{ type: huaweicloud, {} }}\n", all.join(", "));
    if let Err(faults) = Journey::new(&text).parse() {
        panic!("{faults:#?}");
    }
}
