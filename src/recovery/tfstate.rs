//! Terraform's state (format 4), as far as it holds objects that we know. Pure.

use serde_json::Value as Json;

/// An object that Terraform manages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Managed {
    /// Its address there.
    pub address: String,
    /// Its type, without the provider's name and version: `vpcep_service`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// The name of its resource, with the modules before it.
    pub name: String,
    /// Its index, if it has one.
    pub key: Option<String>,
    /// The objects that it decides about, for an approval.
    pub decides: Vec<String>,
}

/// What a state holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terraform {
    /// What we know.
    pub managed: Vec<Managed>,
    /// What is left out: its address there, and why.
    pub skipped: Vec<(String, &'static str)>,
}

/// The providers whose objects are these.
const PROVIDERS: [&str; 2] = ["huaweicloud_", "opentelekomcloud_"];
/// The types that we know, without provider and version.
const TYPES: [&str; 3] = ["vpcep_service", "vpcep_endpoint", "vpcep_approval"];

/// Reads a state.
///
/// # Errors
/// Why it is none.
pub fn terraform(bytes: &[u8]) -> Result<Terraform, String> {
    let state: Json = serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    match state.get("version").and_then(Json::as_u64) {
        Some(4) => {}
        Some(other) => return Err(format!("it has format {other}, and format 4 is read")),
        None => return Err("it has no `version`, so it is no state of Terraform".to_owned()),
    }
    let mut found = Terraform::default();
    for resource in state.get("resources").and_then(Json::as_array).into_iter().flatten() {
        let text = |name: &str| resource.get(name).and_then(Json::as_str).unwrap_or_default();
        let (module, ty, name) = (text("module"), text("type"), text("name"));
        let data = if text("mode") == "data" { "data." } else { "" };
        let dot = if module.is_empty() { "" } else { "." };
        let block = format!("{module}{dot}{data}{ty}.{name}");
        let kind = PROVIDERS.iter().find_map(|provider| ty.strip_prefix(provider));
        let kind =
            kind.map(|kind| kind.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches("_v"));
        let Some(kind) = kind.filter(|kind| TYPES.contains(kind)) else {
            let why = if data.is_empty() { "we have no such kind" } else { "lookups are not managed" };
            found.skipped.push((block, why));
            continue;
        };
        if !data.is_empty() {
            found.skipped.push((block, "lookups are not managed"));
            continue;
        }
        for instance in resource.get("instances").and_then(Json::as_array).into_iter().flatten() {
            let key = instance.get("index_key").filter(|key| !key.is_null());
            let address = key.map_or_else(|| block.clone(), |key| format!("{block}[{key}]"));
            let attribute = |name: &str| instance.get("attributes").and_then(|a| a.get(name));
            if instance.get("deposed").is_some_and(|deposed| !deposed.is_null()) {
                found.skipped.push((address, "it waits for its deletion"));
                continue;
            }
            let Some(id) = attribute("id").and_then(Json::as_str) else {
                found.skipped.push((address, "it has no id"));
                continue;
            };
            let decided = attribute("endpoints").and_then(Json::as_array).into_iter().flatten();
            let service = attribute("service_id").and_then(Json::as_str).unwrap_or(id);
            let approval = kind == "vpcep_approval";
            found.managed.push(Managed {
                decides: decided
                    .filter(|_| approval)
                    .filter_map(|endpoint| Some(format!("{service}/{}", endpoint.as_str()?)))
                    .collect(),
                address,
                kind: kind.to_owned(),
                id: id.to_owned(),
                name: named(module, name),
                key: key.map(|key| key.as_str().map_or_else(|| key.to_string(), str::to_owned)),
            });
        }
    }
    Ok(found)
}

/// The name of a resource with the names of the modules before it.
fn named(module: &str, name: &str) -> String {
    let parts = module.split('.').filter(|part| *part != "module" && !part.is_empty());
    let mut parts: Vec<String> = parts.map(|part| part.replace(['[', ']', '"'], "_")).collect();
    // The name that everybody gives says nothing beside that of a module.
    if parts.is_empty() || !matches!(name, "this" | "main" | "default") {
        parts.push(name.to_owned());
    }
    parts.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_indexes_lookups_and_other_clouds_names() {
        let state = r#"{"version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "x", "resources": [
            {"mode": "managed", "type": "huaweicloud_vpcep_service", "name": "pay", "instances": [{"attributes": {"id": "s1"}}]},
            {"module": "module.shops[\"eu\"]", "mode": "managed", "type": "opentelekomcloud_vpcep_endpoint_v1", "name": "this",
             "instances": [{"index_key": "a", "attributes": {"id": "e1"}}, {"index_key": 1, "attributes": {"id": "e2"}}]},
            {"mode": "managed", "type": "huaweicloud_vpcep_approval", "name": "ok",
             "instances": [{"attributes": {"id": "s1", "service_id": "s1", "endpoints": ["e1", "e2"]}}]},
            {"mode": "data", "type": "huaweicloud_vpc", "name": "v", "instances": [{"attributes": {"id": "v"}}]},
            {"mode": "managed", "type": "huaweicloud_vpc", "name": "v", "instances": [{"attributes": {"id": "v"}}]},
            {"mode": "managed", "type": "huaweicloud_vpcep_service", "name": "old", "instances": [{"deposed": "d", "attributes": {"id": "o"}}]}
        ]}"#;
        let read = terraform(state.as_bytes()).unwrap();
        let told: Vec<String> = read
            .managed
            .iter()
            .map(|m| format!("{} = {} {} {:?} {:?} {:?}", m.address, m.kind, m.id, m.name, m.key, m.decides))
            .collect();
        assert_eq!(
            told,
            [
                r#"huaweicloud_vpcep_service.pay = vpcep_service s1 "pay" None []"#,
                r#"module.shops["eu"].opentelekomcloud_vpcep_endpoint_v1.this["a"] = vpcep_endpoint e1 "shops__eu__" Some("a") []"#,
                r#"module.shops["eu"].opentelekomcloud_vpcep_endpoint_v1.this[1] = vpcep_endpoint e2 "shops__eu__" Some("1") []"#,
                r#"huaweicloud_vpcep_approval.ok = vpcep_approval s1 "ok" None ["s1/e1", "s1/e2"]"#,
            ]
        );
        let skipped: Vec<&str> = read.skipped.iter().map(|(address, _)| address.as_str()).collect();
        assert_eq!(skipped, ["data.huaweicloud_vpc.v", "huaweicloud_vpc.v", "huaweicloud_vpcep_service.old"]);
        for (text, why) in [("{", "not JSON"), ("{}", "no `version`"), (r#"{"version": 3}"#, "format 3")] {
            assert!(terraform(text.as_bytes()).unwrap_err().contains(why), "{text}");
        }
    }
}
