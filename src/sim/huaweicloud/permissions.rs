//! The whitelist of a service (VPCEP API reference, section 5.4).

use serde_json::{Value, json};
use uuid::Uuid;

use super::body::Fields;
use super::call::{Answer, Call};
use super::errors::{Refusal, refuse};
use super::query::{Page, read_id};
use super::views;
use crate::sim::cloud::{Change, Cloud};
use crate::sim::objects::Permission;
use crate::sim::settings::{BatchDeleteAnswer, PermissionsAnswer};
use crate::sim::text::glob;

/// Longest description of a whitelist record (section 8).
const DESCRIPTION: usize = 256;

/// Whether an account may make endpoints to a service: its owner, or whom the whitelist admits (section 5.4).
pub(crate) fn admits(cloud: &Cloud, service: Uuid, owner: &str, project: &str) -> bool {
    let (Some(owner), Some(caller)) = (cloud.ground.account_of(owner), cloud.ground.account_of(project))
    else {
        return false;
    };
    let Some(links) = cloud.links.get(&service) else { return owner.id == caller.id };
    owner.id == caller.id
        || links.by_permission.keys().any(|permission| match permission.split_once("::") {
            None => permission == "*",
            Some(("iam:domain", id)) => glob(id, &caller.id),
            // Whose name nobody knows, it may be the one that is meant; likewise its place.
            Some(("iam:domainName", name)) => name == caller.name || caller.name == caller.id,
            Some(("organizations:orgPath", _)) if caller.name == caller.id => true,
            Some(("organizations:orgPath", path)) => {
                !caller.org_path.is_empty() && (glob(path, &caller.org_path) || below(path, &caller.org_path))
            }
            Some(_) => false,
        })
}

/// A path admits the accounts below it.
fn below(path: &str, account: &str) -> bool {
    !path.is_empty() && glob(&format!("{}/*", path.trim_end_matches('/')), account)
}

/// The type that a well-formed permission has; none for a malformed one.
fn type_of(permission: &str) -> Option<&'static str> {
    let sized = |text: &str, max: usize| (1..=max).contains(&text.chars().count());
    let made_of = |text: &str, more: &str| {
        text.chars().all(|letter| letter.is_ascii_alphanumeric() || more.contains(letter))
    };
    match permission.split_once("::") {
        None => (permission == "*").then_some("domainId"),
        Some(("iam:domain", id)) => (sized(id, 64) && made_of(id, "*")).then_some("domainId"),
        Some(("iam:domainName", name)) => sized(name, 80).then_some("domainId"),
        Some(("organizations:orgPath", path)) => {
            (sized(path, 1024) && made_of(path, "/-*?")).then_some("orgPath")
        }
        Some(_) => None,
    }
}

/// The `permission_type` of a call, when it has one.
fn asked_type<'a>(fields: Fields<'a>) -> Result<Option<&'a str>, Refusal> {
    fields.word("permission_type", &["domainId", "orgPath"], "0002")
}

fn check(permission: &str, asked: Option<&str>) -> Result<&'static str, Refusal> {
    let own = type_of(permission).ok_or_else(|| refuse("3002"))?;
    if asked.is_none_or(|asked| asked == own) { Ok(own) } else { Err(refuse("3002")) }
}

/// `GET …/{s}/permissions` (section 5.4.1).
pub(crate) fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let service = call.service()?.id;
    let page = Page::of(&call.query, 500, call.settings)?;
    let part = call.query.get("permission");
    let (rows, total) = match call.cloud.links.get(&service) {
        None => (Vec::new(), 0),
        Some(links) => {
            let records = links.permissions.from(0, page.newest_first).map(|id| &call.cloud.permissions[&id]);
            let fits = |record: &&Permission| {
                part.is_none_or(|part| record.permission.contains(part)) && !call.too_young(record.created_at)
            };
            page.of_matching(records.filter(fits))
        }
    };
    let shown: Vec<_> = rows.into_iter().map(views::permission).collect();
    Ok(Answer::json(200, &json!({ "permissions": shown, "total_count": total })))
}

/// `POST …/{s}/permissions/action` (section 5.4.2).
pub(crate) fn action(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let service = call.service()?.id;
    let fields = call.fields()?;
    let add = match fields.text("action", "3035")? {
        Some("add") => true,
        Some("remove") => false,
        None => return Err(refuse("2002")),
        Some(_) => return Err(refuse("3035")),
    };
    let asked = asked_type(fields)?.map(str::to_owned);
    let entries = fields.texts("permissions", "3002")?.ok_or_else(|| refuse("2002"))?;
    let entries: Vec<String> = entries.into_iter().map(str::to_owned).collect();
    check_size(call, entries.len())?;
    for entry in &entries {
        check(entry, asked.as_deref())?;
    }
    if add {
        let wanted: Vec<(&str, Option<&str>)> = entries.iter().map(|entry| (entry.as_str(), None)).collect();
        insert(call, service, &wanted)?;
    } else {
        for entry in &entries {
            let known =
                call.cloud.links.get(&service).and_then(|links| links.by_permission.get(entry)).copied();
            if let Some(id) = known {
                call.cloud.apply(Change::PermissionGone(id));
            }
        }
    }
    let kind = asked.unwrap_or_else(|| type_of(&entries[0]).unwrap_or("domainId").to_owned());
    let shown = match call.settings.permissions_answer {
        PermissionsAnswer::Echo => entries,
        PermissionsAnswer::All => {
            let links = call.cloud.links.get(&service);
            links.map(|links| links.by_permission.keys().cloned().collect()).unwrap_or_default()
        }
    };
    Ok(Answer::json(200, &json!({ "permissions": shown, "permission_type": kind })))
}

fn check_size(call: &Call<'_>, entries: usize) -> Result<(), Refusal> {
    match entries {
        0 => Err(refuse("3036")),
        many if many > call.settings.batch => Err(refuse("0016")),
        _ => Ok(()),
    }
}

/// Adds records, or leaves those that are there; the owner's own account is allowed without one (section 5.4).
/// Gives the ids of all of them.
fn insert(call: &mut Call<'_>, service: Uuid, wanted: &[(&str, Option<&str>)]) -> Result<Vec<Uuid>, Refusal> {
    let own = call
        .cloud
        .ground
        .account_of(call.param("project"))
        .map(|account| format!("iam:domain::{}", account.id));
    let links = call.cloud.links.get(&service);
    let have = links.map_or(0, |links| links.by_permission.len());
    let is_new = |entry: &str| links.is_none_or(|links| !links.by_permission.contains_key(entry));
    let fresh: std::collections::BTreeSet<&str> = wanted
        .iter()
        .map(|(entry, _)| *entry)
        .filter(|entry| is_new(entry) && own.as_deref() != Some(entry))
        .collect();
    if have + fresh.len() > call.settings.whitelist_records {
        return Err(refuse("3049"));
    }
    let mut ids = Vec::new();
    for (entry, description) in wanted {
        if let Some(id) = call.cloud.links.get(&service).and_then(|links| links.by_permission.get(*entry)) {
            ids.push(*id);
            continue;
        }
        if own.as_deref() == Some(entry) {
            continue;
        }
        let id = call.cloud.new_id();
        let record = Permission {
            id,
            service_id: service,
            permission: (*entry).to_owned(),
            permission_type: type_of(entry).unwrap_or("domainId").to_owned(),
            description: description.unwrap_or_default().to_owned(),
            created_at: call.now,
        };
        call.cloud.apply(Change::Permission(record));
        ids.push(id);
    }
    Ok(ids)
}

/// `POST …/{s}/permissions/batch-create` (section 5.4.3).
pub(crate) fn batch_create(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let service = call.service()?.id;
    let body = call.body.clone();
    let fields = Fields::of(&body, "1004")?;
    let asked = asked_type(fields)?;
    let list = fields.list("permissions", "3036")?.ok_or_else(|| refuse("2002"))?;
    check_size(call, list.len())?;
    let mut wanted = Vec::new();
    for entry in list {
        let fields = Fields::of(entry, "3002")?;
        let permission = fields.text("permission", "3002")?.ok_or_else(|| refuse("2002"))?;
        check(permission, asked)?;
        wanted.push((permission, fields.description(DESCRIPTION)?));
    }
    let ids = insert(call, service, &wanted)?;
    let shown: Vec<_> = ids.iter().map(|id| views::permission(&call.cloud.permissions[id])).collect();
    Ok(Answer::json(200, &json!({ "permissions": shown })))
}

/// `POST …/{s}/permissions/batch-delete` (section 5.4.4).
pub(crate) fn batch_delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let service = call.service()?.id;
    let list = call.fields()?.list("permissions", "3036")?.ok_or_else(|| refuse("2002"))?;
    check_size(call, list.len())?;
    let record = |entry: &Value| {
        let id = Fields::of(entry, "0002")?.text("id", "0002")?.ok_or_else(|| refuse("2002"))?;
        record_of(call, service, id)
    };
    let records: Vec<Permission> = list.iter().map(record).collect::<Result<_, _>>()?;
    for record in &records {
        call.cloud.apply(Change::PermissionGone(record.id));
    }
    let shown: Vec<_> = match call.settings.batch_delete_answer {
        BatchDeleteAnswer::Empty => Vec::new(),
        BatchDeleteAnswer::Removed => records.iter().map(views::permission).collect(),
        BatchDeleteAnswer::Remaining => {
            let left =
                call.cloud.links.get(&service).into_iter().flat_map(|links| links.permissions.from(0, true));
            left.map(|id| views::permission(&call.cloud.permissions[&id])).collect()
        }
    };
    Ok(Answer::json(200, &json!({ "permissions": shown })))
}

fn record_of(call: &Call<'_>, service: Uuid, id: &str) -> Result<Permission, Refusal> {
    let known = read_id(id).and_then(|id| call.cloud.permissions.get(&id));
    known.filter(|record| record.service_id == service).cloned().ok_or_else(|| refuse("0005"))
}

/// `PUT …/{s}/permissions/{permission_id}` (section 5.4.5).
pub(crate) fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let service = call.service()?.id;
    let mut record = record_of(call, service, call.param("permission"))?;
    let inner = call.fields()?.get("permission").ok_or_else(|| refuse("2002"))?;
    let description = Fields::of(inner, "0002")?.description(DESCRIPTION)?.ok_or_else(|| refuse("2002"))?;
    record.description = description.to_owned();
    call.cloud.apply(Change::Permission(record.clone()));
    Ok(Answer::json(200, &json!({ "permissions": [views::permission(&record)] })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_permission() {
        let rows = [
            ("*", Some("domainId")),
            ("iam:domain::*", Some("domainId")),
            ("iam:domain::5fc973eea581490997e82ea11a1df31f", Some("domainId")),
            ("iam:domainName::shop", Some("domainId")),
            ("organizations:orgPath::o-1/r-1/ou-1/*", Some("orgPath")),
            ("organizations:orgPath::*", Some("orgPath")),
            ("iam:domain::", None),
            ("iam:domain::a b", None),
            ("iam:user::a", None),
            ("5fc973eea581490997e82ea11a1df31f", None),
            ("", None),
        ];
        for (text, kind) in rows {
            assert_eq!(type_of(text), kind, "{text}");
        }
        assert_eq!(type_of(&format!("iam:domain::{}", "a".repeat(65))), None);
        assert_eq!(type_of(&format!("organizations:orgPath::{}", "a".repeat(1025))), None);
    }

    #[test]
    fn a_path_admits_what_is_below_it() {
        assert!(below("o-1/r-1", "o-1/r-1/ou-5"));
        assert!(below("o-1/r-1/", "o-1/r-1/ou-5/ou-6"));
        assert!(!below("o-1/r-1", "o-1/r-10"));
    }
}
