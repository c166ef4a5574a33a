//! Tests against a handler that holds a script of answers; the simulated cloud is tested elsewhere.

mod effects;
mod reading;
mod traffic;
mod writing;

use std::collections::BTreeMap;
use std::sync::Arc;

use secrecy::SecretString;
use serde_json::Value as Json;

use super::*;
use crate::provider::testing::{Answer, Script, lost, ok, status};
use crate::resource::{Attributes, Object};

const PROJECT: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const SERVICE_ID: &str = "9d4c1028-1336-4556-9881-b5d807c1b8a8";
const ENDPOINT_ID: &str = "705290f3-0d00-41f2-aedc-71f09844e879";

fn error(code: u16, name: &str) -> Answer {
    status(code, &format!(r#"{{"error_code":"{name}","error_msg":"m"}}"#))
}

fn settings(pairs: &[(&str, &str)]) -> BTreeMap<String, ProviderSetting> {
    let mut block = BTreeMap::from([("region".to_owned(), ProviderSetting::Text("tr-west-1".into()))]);
    let mut auth = BTreeMap::new();
    for (name, value) in pairs {
        let (group, name) = match name.strip_prefix("auth.") {
            Some(name) => (&mut auth, name),
            None => (&mut block, *name),
        };
        group.insert(name.to_owned(), ProviderSetting::Secret(SecretString::from(*value)));
    }
    block.insert("auth".to_owned(), ProviderSetting::Group(auth));
    block
}

fn clock() -> Clock {
    Clock::starting_at("2025-01-02T03:04:05Z".parse().unwrap())
}

fn connected(script: &Script, pairs: &[(&str, &str)]) -> Huawei {
    let transport = Transport::in_process(Arc::new(script.clone()), 10);
    Huawei::connect(&settings(pairs), &transport, &clock(), 7).unwrap()
}

/// A cloud with a given token, project and account: nothing is looked up.
fn simple(script: &Script) -> Huawei {
    connected(script, &[("auth.token", "t"), ("project_id", PROJECT), ("account_id", "acc")])
}

fn attributes(json: Json) -> Attributes {
    serde_json::from_value(json).unwrap()
}

fn json(attributes: &Attributes) -> Json {
    serde_json::to_value(attributes).unwrap()
}

fn object(id: &str, json: Json) -> Object {
    Object::new(id, attributes(json))
}
