//! Tests against a server that holds a script of answers; the simulated cloud is tested elsewhere.

mod effects;
mod reading;
mod writing;

use std::sync::Arc;

use serde_json::Value as Json;

use super::*;
use crate::provider::testing::{Answer, Script, lost, ok, status};
use crate::resource::{Attributes, Object};

const INSTANCE: &str = "es-cn-2r429tctl000d0000";

fn error(code: u16, name: &str) -> Answer {
    status(code, &format!(r#"{{"RequestId":"R","Code":"{name}","Message":"m"}}"#))
}

fn clock() -> Clock {
    Clock::starting_at("2024-05-06T07:08:09Z".parse().unwrap())
}

/// A cloud with temporary keys and a given account: nothing is looked up.
fn connected(script: &Script, more: &[(&str, &str)]) -> Alibaba {
    let text = |text: &str| ProviderSetting::Text(text.to_owned());
    let mut block = BTreeMap::from([("region".to_owned(), text("cn-hangzhou"))]);
    block.extend(more.iter().map(|(name, value)| ((*name).to_owned(), text(value))));
    let auth = BTreeMap::from([
        ("access_key".to_owned(), text("AK")),
        ("secret_key".to_owned(), ProviderSetting::Secret("CANARY".into())),
        ("security_token".to_owned(), ProviderSetting::Secret("TOKEN-CANARY".into())),
    ]);
    block.insert("auth".to_owned(), ProviderSetting::Group(auth));
    let transport = Transport::in_process(Arc::new(script.clone()), 10);
    Alibaba::connect(&block, &transport, &clock(), 7).unwrap()
}

fn simple(script: &Script) -> Alibaba {
    connected(script, &[("account_id", "1234567890123456")])
}

fn attributes(json: Json) -> Attributes {
    serde_json::from_value(json).unwrap()
}

fn object(id: &str, json: Json) -> Object {
    Object::new(id, attributes(json))
}
