//! Tags and resource groups (Elasticsearch and PrivateLink API reference, section 8.7).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::errors::{Refusal, invalid, missing, refuse};
use super::land::Change;
use super::objects::{LinkEndpoint, LinkService};

/// What a call is about: both are told apart by the type, in any case (section 8.7).
enum Tagged {
    Service(LinkService),
    Endpoint(LinkEndpoint),
}

impl Tagged {
    fn find(call: &Call<'_>, id: &str) -> Result<Tagged, Refusal> {
        let not_found = |code: &str| refuse(code).status(404);
        match call.needed("ResourceType")?.to_ascii_lowercase().as_str() {
            "vpcendpointservice" => {
                let found = call.land().services.get(id).filter(|one| one.account == call.caller.account);
                found
                    .cloned()
                    .map(Tagged::Service)
                    .ok_or_else(|| not_found("ResourceNotFound.VpcEndpointService"))
            }
            "vpcendpoint" => {
                let found = call.land().endpoints.get(id).filter(|one| one.owner == call.caller.id);
                found.cloned().map(Tagged::Endpoint).ok_or_else(|| not_found("ResourceNotFound.VpcEndpoint"))
            }
            _ => Err(invalid("ResourceType")),
        }
    }

    fn tags(&mut self) -> &mut BTreeMap<String, String> {
        match self {
            Tagged::Service(service) => &mut service.tags,
            Tagged::Endpoint(endpoint) => &mut endpoint.tags,
        }
    }

    fn settings(&mut self) -> &mut BTreeMap<String, Value> {
        match self {
            Tagged::Service(service) => &mut service.settings,
            Tagged::Endpoint(endpoint) => &mut endpoint.settings,
        }
    }

    fn change(self) -> Change {
        match self {
            Tagged::Service(service) => Change::Service(Box::new(service)),
            Tagged::Endpoint(endpoint) => Change::Endpoint(Box::new(endpoint)),
        }
    }
}

fn all(call: &Call<'_>) -> Result<Vec<Tagged>, Refusal> {
    let ids = call.list("ResourceId");
    if ids.is_empty() {
        return Err(missing("ResourceId"));
    }
    ids.iter().map(|id| Tagged::find(call, id)).collect()
}

pub(crate) fn tag(call: &mut Call<'_>) -> Answer {
    let tags = call.tags()?;
    if tags.is_empty() {
        return Err(missing("Tag"));
    }
    let found = all(call)?;
    call.unless_dry_run()?;
    for mut one in found {
        one.tags().extend(tags.clone());
        if one.tags().len() > 20 {
            return Err(refuse("QuotaExceeded.TagsPerResource"));
        }
        call.change(one.change());
    }
    Ok(json!({}))
}

pub(crate) fn untag(call: &mut Call<'_>) -> Answer {
    let keys = call.list("TagKey");
    let every = call.flag("All")? == Some(true);
    let found = all(call)?;
    call.unless_dry_run()?;
    for mut one in found {
        one.tags().retain(|key, _| !(keys.contains(key) || every && keys.is_empty()));
        call.change(one.change());
    }
    Ok(json!({}))
}

pub(crate) fn list(call: &mut Call<'_>) -> Answer {
    let mut rows = Vec::new();
    let kind = call.needed("ResourceType")?.to_owned();
    for id in call.list("ResourceId") {
        // What is not there has no tags.
        let Ok(mut found) = Tagged::find(call, &id) else { continue };
        rows.extend(found.tags().iter().map(|(key, value)| {
            json!({ "ResourceId": id, "ResourceType": kind, "TagKey": key, "TagValue": value })
        }));
    }
    call.page("TagResources", rows, None)
}

pub(crate) fn change_group(call: &mut Call<'_>) -> Answer {
    let group = call.needed("ResourceGroupId")?.to_owned();
    let mut found = Tagged::find(call, call.needed("ResourceId")?)?;
    call.unless_dry_run()?;
    found.settings().insert("ResourceGroupId".to_owned(), group.into());
    call.change(found.change());
    Ok(json!({}))
}
