//! Tags: their rules, and the three calls about them (VPCEP API reference, sections 5.6.2 to 5.6.4 and 8).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::body::Fields;
use super::call::{Answer, Call};
use super::errors::{Refusal, refuse};
use super::query::{contains, read_id};
use crate::sim::cloud::Change;
use crate::sim::objects::Tag;
use crate::sim::settings::{Settings, TagRules};

/// The tags of a create call.
pub(crate) fn of_create(fields: Fields<'_>, settings: &Settings) -> Result<Vec<Tag>, Refusal> {
    let Some(list) = fields.list("tags", "3068")? else { return Ok(Vec::new()) };
    let tags: Vec<Tag> = list.iter().map(|value| read(value, settings)).collect::<Result<_, _>>()?;
    check_distinct(&tags)?;
    if tags.len() > settings.tags_per_resource { Err(refuse("3069")) } else { Ok(tags) }
}

fn read(value: &Value, settings: &Settings) -> Result<Tag, Refusal> {
    let fields = Fields::of(value, "3068")?;
    let key = fields.text("key", "3068")?.filter(|key| !key.is_empty()).ok_or_else(|| refuse("3066"))?;
    let value = fields.text("value", "3068")?.unwrap_or_default();
    let (key_max, value_max) = longest(settings.tag_rules);
    if key.chars().count() > key_max {
        return Err(refuse("3072"));
    }
    if value.chars().count() > value_max {
        return Err(refuse("3073"));
    }
    let (allowed_key, allowed_value): (fn(char) -> bool, fn(char) -> bool) = match settings.tag_rules {
        TagRules::Old => (|letter| !r"=*<>\,|/".contains(letter), |letter| !r"=*<>\,|/".contains(letter)),
        TagRules::New => (
            |letter| letter.is_alphanumeric() || " _.:=+-@".contains(letter),
            |letter| letter.is_alphanumeric() || " _.:=+-@/".contains(letter),
        ),
    };
    let clean = key.trim() == key && !key.starts_with("_sys_") && key.chars().all(allowed_key);
    if clean && value.chars().all(allowed_value) {
        Ok(Tag { key: key.to_owned(), value: value.to_owned() })
    } else {
        Err(refuse("3068"))
    }
}

/// The longest key and value (section 8).
fn longest(rules: TagRules) -> (usize, usize) {
    match rules {
        TagRules::Old => (36, 43),
        TagRules::New => (128, 255),
    }
}

fn check_distinct(tags: &[Tag]) -> Result<(), Refusal> {
    let keys: BTreeSet<&str> = tags.iter().map(|tag| tag.key.as_str()).collect();
    if keys.len() == tags.len() { Ok(()) } else { Err(refuse("3067")) }
}

/// Which kind of object a tag path is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Service,
    Endpoint,
}

fn kind(call: &Call<'_>) -> Result<Kind, Refusal> {
    match call.param("resource_type") {
        "endpoint_service" => Ok(Kind::Service),
        "endpoint" => Ok(Kind::Endpoint),
        _ => Err(refuse("3070")),
    }
}

/// `POST /{resource_type}/{resource_id}/tags/action` (section 5.6.3).
pub(crate) fn action(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let kind = kind(call)?;
    let id = read_id(call.param("resource")).ok_or_else(|| refuse("0005"))?;
    let project = call.param("project");
    let mut tags = match kind {
        Kind::Service => {
            call.cloud.services.get(&id).filter(|of| of.project == project).map(|of| of.tags.clone())
        }
        Kind::Endpoint => {
            call.cloud.endpoints.get(&id).filter(|of| of.project == project).map(|of| of.tags.clone())
        }
    }
    .ok_or_else(|| refuse("0005"))?;
    let fields = call.fields()?;
    let create = match fields.text("action", "0007")? {
        Some("create") => true,
        Some("delete") => false,
        None => return Err(refuse("2002")),
        Some(_) => return Err(refuse("0007")),
    };
    let list = fields.list("tags", "3068")?.filter(|list| !list.is_empty()).ok_or_else(|| refuse("3066"))?;
    let wanted: Vec<Tag> = list.iter().map(|value| read(value, call.settings)).collect::<Result<_, _>>()?;
    check_distinct(&wanted)?;
    let with_value: Vec<bool> = list.iter().map(|value| value["value"].is_string()).collect();
    for (tag, with_value) in wanted.into_iter().zip(with_value) {
        let place = tags.iter().position(|have| have.key == tag.key);
        match (create, place) {
            (true, _) if !with_value => return Err(refuse("2002")),
            (true, Some(place)) => tags[place] = tag,
            (true, None) => tags.push(tag),
            (false, Some(place)) if !with_value || tags[place].value == tag.value => _ = tags.remove(place),
            (false, _) => {}
        }
    }
    if tags.len() > call.settings.tags_per_resource {
        return Err(refuse("3069"));
    }
    put(call, kind, id, tags);
    Ok(Answer::empty(204))
}

fn put(call: &mut Call<'_>, kind: Kind, id: Uuid, tags: Vec<Tag>) {
    match kind {
        Kind::Service => {
            let mut service = call.cloud.services[&id].clone();
            (service.tags, service.updated_at) = (tags, call.now);
            call.cloud.apply(Change::Service(Box::new(service)));
        }
        Kind::Endpoint => {
            let mut endpoint = call.cloud.endpoints[&id].clone();
            (endpoint.tags, endpoint.updated_at) = (tags, call.now);
            call.cloud.apply(Change::Endpoint(Box::new(endpoint)));
        }
    }
}

/// What the tag calls see of an object: its id, its tags; its name when asked.
fn all<'a>(call: &'a Call<'_>, kind: Kind) -> Box<dyn Iterator<Item = (Uuid, &'a [Tag])> + 'a> {
    let Some(holdings) = call.cloud.holdings.get(call.param("project")) else {
        return Box::new(std::iter::empty());
    };
    match kind {
        Kind::Service => {
            Box::new(holdings.services.from(0, true).map(|id| (id, call.cloud.services[&id].tags.as_slice())))
        }
        Kind::Endpoint => Box::new(
            holdings.endpoints.from(0, true).map(|id| (id, call.cloud.endpoints[&id].tags.as_slice())),
        ),
    }
}

/// The name of a resource: a service's full name; endpoints have none, so their id (section 5.6.2).
fn name(call: &Call<'_>, kind: Kind, id: Uuid) -> String {
    match kind {
        Kind::Service => call.full_name(&call.cloud.services[&id]),
        Kind::Endpoint => id.to_string(),
    }
}

/// `GET /{resource_type}/tags` (section 5.6.4).
pub(crate) fn of_project(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, tags) in all(call, kind(call)?) {
        for tag in tags {
            found.entry(&tag.key).or_default().insert(&tag.value);
        }
    }
    let tags: Vec<Value> =
        found.into_iter().map(|(key, values)| json!({ "key": key, "values": values })).collect();
    Ok(Answer::json(200, &json!({ "tags": tags })))
}

/// One condition of a filter: a key, and values of which one is meant; none means any.
struct Condition<'a> {
    key: &'a str,
    values: Vec<&'a str>,
}

impl Condition<'_> {
    fn holds(&self, tags: &[Tag]) -> bool {
        tags.iter().any(|tag| {
            tag.key == self.key && (self.values.is_empty() || self.values.contains(&tag.value.as_str()))
        })
    }
}

/// At most 10 values a key, and as many keys as newer pages allow (section 5.6.2).
const FILTER_KEYS: usize = 20;
const FILTER_VALUES: usize = 10;

fn conditions<'a>(fields: Fields<'a>, name: &str) -> Result<Vec<Condition<'a>>, Refusal> {
    let Some(list) = fields.list(name, "0002")? else { return Ok(Vec::new()) };
    if list.len() > FILTER_KEYS {
        return Err(refuse("3069"));
    }
    let mut found: Vec<Condition<'_>> = Vec::new();
    for entry in list {
        let fields = Fields::of(entry, "0002")?;
        let key = fields.text("key", "3068")?.filter(|key| !key.is_empty()).ok_or_else(|| refuse("3066"))?;
        let values = fields.texts("values", "0002")?.unwrap_or_default();
        let (key_max, value_max) = longest(TagRules::New);
        if key.chars().count() > key_max {
            return Err(refuse("3072"));
        }
        if values.iter().any(|value| value.chars().count() > value_max) {
            return Err(refuse("3073"));
        }
        if found.iter().any(|known| known.key == key) {
            return Err(refuse("3067"));
        }
        let distinct: BTreeSet<&&str> = values.iter().collect();
        if distinct.len() < values.len() {
            return Err(refuse("3071"));
        }
        if values.len() > FILTER_VALUES {
            return Err(refuse("3069"));
        }
        found.push(Condition { key, values });
    }
    Ok(found)
}

/// A number that comes as text or as a number (section 9, trap 17).
fn number(fields: Fields<'_>, name: &str, code: &str) -> Result<Option<usize>, Refusal> {
    let read = |value: &Value| match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64().and_then(|number| usize::try_from(number).ok()),
    };
    fields.get(name).map(|value| read(value).ok_or_else(|| refuse(code))).transpose()
}

/// `POST /{resource_type}/resource_instances/action` (section 5.6.2).
pub(crate) fn filter(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let kind = kind(call)?;
    let fields = call.fields()?;
    let count = match fields.text("action", "0007")? {
        Some("filter") => false,
        Some("count") => true,
        None => return Err(refuse("2002")),
        Some(_) => return Err(refuse("0007")),
    };
    let limit = number(fields, "limit", "0006")?.unwrap_or(1000);
    let offset = number(fields, "offset", "0010")?.unwrap_or(0);
    if !(1..=1000).contains(&limit) {
        return Err(refuse("0006"));
    }
    if count && (fields.get("limit").is_some() || fields.get("offset").is_some()) {
        return Err(refuse("0002"));
    }
    let every = conditions(fields, "tags")?;
    let any = conditions(fields, "tags_any")?;
    let not_every = conditions(fields, "not_tags")?;
    let not_any = conditions(fields, "not_tags_any")?;
    // System tags are the operator's; no object here has one.
    let system = conditions(fields, "sys_tags")?;
    let untagged = fields.flag("without_any_tag", "0002")?.unwrap_or(false);
    let names = names(fields)?;
    let fits = |tags: &[Tag]| match untagged {
        true => tags.is_empty(),
        false => {
            every.iter().all(|condition| condition.holds(tags))
                && (any.is_empty() || any.iter().any(|condition| condition.holds(tags)))
                && (not_every.is_empty() || !not_every.iter().all(|condition| condition.holds(tags)))
                && !not_any.iter().any(|condition| condition.holds(tags))
                && system.is_empty()
        }
    };
    let named = |id: Uuid| {
        names.iter().all(|part| {
            let name = name(call, kind, id);
            if part.is_empty() { name.is_empty() } else { contains(&name, part) }
        })
    };
    let matching = all(call, kind).filter(|(id, tags)| fits(tags) && named(*id));
    if count {
        return Ok(Answer::json(200, &json!({ "total_count": matching.count() })));
    }
    let (mut rows, mut total) = (Vec::new(), 0_usize);
    for (id, tags) in matching {
        if total >= offset && rows.len() < limit {
            rows.push(json!({ "resource_id": id, "resource_name": name(call, kind, id), "tags": tags }));
        }
        total += 1;
    }
    Ok(Answer::json(200, &json!({ "resources": rows, "total_count": total })))
}

/// `matches`: only the key `resource_name` is known.
fn names<'a>(fields: Fields<'a>) -> Result<Vec<&'a str>, Refusal> {
    let Some(list) = fields.list("matches", "0002")? else { return Ok(Vec::new()) };
    let part = |entry: &'a Value| {
        let fields = Fields::of(entry, "0002")?;
        match fields.text("key", "0002")? {
            Some("resource_name") => Ok(fields.text("value", "0002")?.unwrap_or_default()),
            _ => Err(refuse("0002")),
        }
    };
    list.iter().map(part).collect()
}
