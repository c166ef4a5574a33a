//! Parameters of RPC calls, flattened as the API wants them: `Resource.1.ResourceId`, counted from one
//! (Elasticsearch and PrivateLink API reference, section 8.1).

use serde_json::{Map, Value as Json};

use crate::provider::Call;
use crate::resource::{Attributes, Value};

/// The parameters of one call.
#[derive(Default)]
pub(super) struct Params(Map<String, Json>);

impl Params {
    /// About the object with this id.
    pub(super) fn about(name: &str, id: &str) -> Params {
        Params::default().with(name, id)
    }

    #[must_use]
    pub(super) fn with(mut self, name: &str, value: &str) -> Params {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// A wanted attribute under the parameter's name; truth values in lower case.
    pub(super) fn put(&mut self, name: &str, value: Option<&Value>) {
        if let Some(value) = value {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.0.insert(name.to_owned(), text.into());
        }
    }

    /// The attributes that `changed` wants changed, each under its parameter's name.
    pub(super) fn put_all(
        &mut self,
        want: &Attributes,
        names: &[(&str, &str)],
        wanted: impl Fn(&str) -> bool,
    ) {
        for (parameter, attribute) in names {
            if wanted(attribute) {
                self.put(parameter, want.get(attribute));
            }
        }
    }

    /// A list of texts.
    pub(super) fn list<'v>(&mut self, name: &str, texts: impl Iterator<Item = &'v str>) {
        for (at, text) in texts.enumerate() {
            self.0.insert(format!("{name}.{}", at + 1), text.into());
        }
    }

    /// A list of objects, each with these of its fields: (parameter, field).
    pub(super) fn objects<'v>(
        &mut self,
        name: &str,
        objects: impl Iterator<Item = &'v Value>,
        fields: &[(&str, &str)],
    ) {
        for (at, object) in objects.enumerate() {
            for (parameter, field) in fields {
                let value = object.as_map().and_then(|fields| fields.get(*field)).and_then(Value::as_str);
                if let Some(text) = value {
                    self.0.insert(format!("{name}.{}.{parameter}", at + 1), text.into());
                }
            }
        }
    }

    /// Tags as a list of keys and values.
    pub(super) fn tags<'v>(&mut self, tags: impl Iterator<Item = (&'v String, &'v Value)>) {
        for (at, (key, value)) in tags.enumerate() {
            self.0.insert(format!("Tag.{}.Key", at + 1), key.as_str().into());
            self.0.insert(format!("Tag.{}.Value", at + 1), value.as_str().unwrap_or_default().into());
        }
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The call, which can be repeated without harm.
    pub(super) fn call(self, operation: &str) -> Call {
        Call {
            operation: format!("privatelink:{operation}"),
            method: "POST".to_owned(),
            path: "/".to_owned(),
            version: None,
            body: Some(Json::Object(self.0)),
            makes: false,
            client_token: None,
            sets: None,
        }
    }

    /// The call, which makes an object.
    pub(super) fn making(self, operation: &str) -> Call {
        Call { makes: true, ..self.call(operation) }
    }
}

/// The members of a list.
pub(super) fn items<'v>(attributes: &'v Attributes, name: &str) -> &'v [Value] {
    attributes.get(name).and_then(Value::as_list).unwrap_or_default()
}

/// The field of an object in a list.
pub(super) fn field<'v>(item: &'v Value, name: &str) -> &'v str {
    item.as_map().and_then(|fields| fields.get(name)).and_then(Value::as_str).unwrap_or_default()
}

/// What a list gains and what it loses; nothing if it is not wanted at all.
pub(super) fn moved<'v>(
    have: &'v Attributes,
    want: &'v Attributes,
    name: &str,
) -> (Vec<&'v Value>, Vec<&'v Value>) {
    if want.get(name).is_none() {
        return (Vec::new(), Vec::new());
    }
    let (had, wanted) = (items(have, name), items(want, name));
    let new = wanted.iter().filter(|item| !had.contains(item)).collect();
    let gone = had.iter().filter(|item| !wanted.contains(item)).collect();
    (new, gone)
}

/// What turns the tags and the resource group of an object into the wanted ones.
pub(super) fn belongings(resource_type: &str, id: &str, have: &Attributes, want: &Attributes) -> Vec<Call> {
    let about = || Params::default().with("ResourceType", resource_type);
    let mut calls = Vec::new();
    if let Some(group) = want.text("resource_group_id")
        && have.text("resource_group_id") != Some(group)
    {
        let params = about().with("ResourceId", id).with("ResourceGroupId", group);
        calls.push(params.call("ChangeResourceGroup"));
    }
    let Some(wanted) = want.get("tags").and_then(Value::as_map) else { return calls };
    let had = have.get("tags").and_then(Value::as_map);
    let gone: Vec<&str> = had
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
        .filter(|key| !wanted.contains_key(*key))
        .collect();
    if !gone.is_empty() {
        let mut params = about().with("ResourceId.1", id);
        params.list("TagKey", gone.into_iter());
        calls.push(params.call("UntagResources"));
    }
    let new: Vec<_> =
        wanted.iter().filter(|(key, value)| had.and_then(|had| had.get(*key)) != Some(value)).collect();
    if !new.is_empty() {
        let mut params = about().with("ResourceId.1", id);
        params.tags(new.into_iter());
        calls.push(params.call("TagResources"));
    }
    calls
}
