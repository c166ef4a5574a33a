//! IAM, as far as clients of VPCEP need it: tokens, projects, accounts, temporary keys (VPCEP API reference, 2.1-2.3).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::errors::Refusal;
use super::gate::{Caller, Scope, Token};
use crate::sim::ground::Ground;

fn iam(status: u16, message: &str) -> Refusal {
    Refusal::Iam { status, message: message.to_owned() }
}

fn malformed(what: &str) -> Refusal {
    iam(400, &format!("Expecting to find {what} in the request. The server could not comply with it."))
}

/// With microseconds, as IAM writes times (VPCEP API reference, section 2.1).
fn micros(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// `POST /v3/auth/tokens` (section 2.1).
pub(crate) fn create_token(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let auth = &call.body["auth"];
    let methods = auth["identity"]["methods"].as_array().ok_or_else(|| malformed("methods"))?;
    if !methods.iter().all(|method| method == "password" || method == "token") {
        return Err(iam(400, "The method is not supported."));
    }
    for name in ["password", "token"] {
        let part = &auth["identity"][name];
        if !part.is_null() && !part.is_object() {
            return Err(malformed(name));
        }
    }
    let caller = match methods.first().and_then(Value::as_str) {
        Some("password") => by_password(call, &auth["identity"]["password"]["user"])?,
        Some("token") => {
            let text = auth["identity"]["token"]["id"].as_str().ok_or_else(|| malformed("token.id"))?;
            let token =
                call.issued.token_holder(text, call.now).map_err(|_| iam(401, "The token is invalid."))?;
            token.caller.clone()
        }
        _ => return Err(malformed("methods")),
    };
    let caller = Caller { scope: wanted_scope(call, &caller, &auth["scope"])?, ..caller };
    let (text, token) = call.issued.token(caller, call.now, call.settings.token_life);
    let catalog = call.query.names().all(|name| name != "nocatalog");
    Ok(Answer::json(201, &token_body(call, &token, catalog)).with("x-subject-token", text))
}

fn by_password(call: &Call<'_>, user: &Value) -> Result<Caller, Refusal> {
    let wrong = || iam(401, "The username or password is wrong.");
    let password = user["password"].as_str().ok_or_else(|| malformed("password"))?;
    let domain = &user["domain"];
    let named = call.cloud.ground.account_named(domain["name"].as_str(), domain["id"].as_str());
    let by_id = user["id"].as_str();
    if by_id.is_none() && user["name"].as_str().is_none() {
        return Err(malformed("user.name"));
    }
    let accounts = call.cloud.ground.accounts.iter().enumerate();
    for (place, account) in accounts.filter(|(place, _)| by_id.is_some() || named == Some(*place)) {
        let found = account.users.iter().position(|known| match by_id {
            Some(id) => known.id == id,
            None => Some(known.name.as_str()) == user["name"].as_str(),
        });
        if let Some(found) = found {
            let right = account.users[found].password == password;
            return right
                .then_some(Caller { account: place, user: found, scope: Scope::Account })
                .ok_or_else(wrong);
        }
    }
    Err(wrong())
}

fn wanted_scope(call: &Call<'_>, caller: &Caller, scope: &Value) -> Result<Scope, Refusal> {
    let ground = &call.cloud.ground;
    for (name, part) in [
        ("scope", Some(scope)),
        ("scope.project", scope.get("project")),
        ("scope.domain", scope.get("domain")),
    ] {
        if part.is_some_and(|part| !part.is_null() && !part.is_object()) {
            return Err(malformed(name));
        }
    }
    if let Some(project) = scope.get("project") {
        let found = ground.accounts[caller.account].projects.iter().find(|known| {
            project["id"].as_str() == Some(known.id.as_str())
                || (project.get("id").is_none() && project["name"].as_str() == Some(known.name.as_str()))
        });
        let known =
            found.ok_or_else(|| iam(401, "The project does not exist or you have no access to it."))?;
        return Ok(Scope::Project(known.id.clone()));
    }
    if let Some(domain) = scope.get("domain") {
        let named = ground.account_named(domain["name"].as_str(), domain["id"].as_str());
        return match named == Some(caller.account) {
            true => Ok(Scope::Account),
            false => Err(iam(401, "The domain does not exist or you have no access to it.")),
        };
    }
    Ok(Scope::Account)
}

/// `GET /v3/auth/tokens`: what the token in `X-Subject-Token` stands for.
pub(crate) fn show_token(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let text = call.header("x-subject-token").ok_or_else(|| malformed("X-Subject-Token"))?;
    let token =
        call.issued.token_holder(&text, call.now).map_err(|_| iam(404, "The token does not exist."))?.clone();
    let catalog = call.query.names().all(|name| name != "nocatalog");
    Ok(Answer::json(200, &token_body(call, &token, catalog)).with("x-subject-token", text))
}

fn token_body(call: &Call<'_>, token: &Token, with_catalog: bool) -> Value {
    let ground = &call.cloud.ground;
    let account = &ground.accounts[token.caller.account];
    let user = &account.users[token.caller.user];
    let domain = json!({ "id": account.id, "name": account.name });
    let mut body = json!({
        "expires_at": micros(token.expires),
        "issued_at": micros(token.issued),
        "methods": ["password"],
        "roles": [{ "id": "0", "name": "te_admin" }],
        "user": { "id": user.id, "name": user.name, "password_expires_at": "", "domain": domain },
    });
    match &token.caller.scope {
        Scope::Project(id) => {
            body["project"] = json!({ "id": id, "name": ground.projects[id].name, "domain": domain });
        }
        Scope::Account | Scope::Key => body["domain"] = domain,
    }
    body["catalog"] = if with_catalog { catalog(call, token) } else { json!([]) };
    json!({ "token": body })
}

fn catalog(call: &Call<'_>, token: &Token) -> Value {
    let region = match &token.caller.scope {
        Scope::Project(id) => call.cloud.ground.region_of(id),
        Scope::Account | Scope::Key => "*",
    };
    let entry = |service: &str, id: &str, path: String| {
        let endpoint = json!({ "id": id, "interface": "public", "region": region, "region_id": region,
                               "url": format!("http://{}{path}", call.host) });
        json!({ "type": service, "id": id, "name": service, "endpoints": [endpoint] })
    };
    let mut entries =
        vec![json!({ "type": "identity", "id": "5a6b0c1d2e3f40516273849506172830", "name": "iam",
        "endpoints": [{ "id": "0a1b2c3d4e5f60718293a4b5c6d7e8f0", "interface": "public", "region": "*",
                        "region_id": "*", "url": format!("http://{}/v3", call.host) }] })];
    if let Scope::Project(id) = &token.caller.scope {
        entries.push(entry("vpcep", "5a6b0c1d2e3f40516273849506172839", format!("/v1/{id}")));
    }
    Value::Array(entries)
}

/// `GET /v3/projects` (section 2.2).
pub(crate) fn list_projects(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let account = &call.cloud.ground.accounts[call.caller().account];
    for name in ["enabled", "is_domain"] {
        if call.query.get(name).is_some_and(|text| !["true", "false"].contains(&text)) {
            return Err(iam(400, &format!("The value of {name} must be true or false.")));
        }
    }
    let flag = |name: &str, value: bool| call.query.get(name).is_none_or(|text| text == value.to_string());
    let page = positive(call, "page", 1, usize::MAX)?;
    let per_page = positive(call, "per_page", 5000, 5000)?;
    let host = &call.host;
    let fits = |project: &&crate::sim::world::Project| {
        call.query.get("name").is_none_or(|name| project.name == name)
            && call.query.get("domain_id").is_none_or(|id| account.id == id)
            && call.query.get("parent_id").is_none_or(|id| account.id == id)
            && flag("enabled", true)
            && flag("is_domain", false)
    };
    let projects: Vec<Value> = account
        .projects
        .iter()
        .filter(fits)
        .skip((page - 1).saturating_mul(per_page))
        .take(per_page)
        .map(|project| {
            json!({ "id": project.id, "name": project.name, "domain_id": account.id, "parent_id": account.id,
                    "is_domain": false, "enabled": true, "description": "",
                    "links": links(format!("http://{host}/v3/projects/{}", project.id)) })
        })
        .collect();
    let body = json!({ "projects": projects, "links": links(format!("http://{host}/v3/projects")) });
    Ok(Answer::json(200, &body))
}

fn links(own: String) -> Value {
    json!({ "self": own, "next": null, "previous": null })
}

fn positive(call: &Call<'_>, name: &str, missing: usize, max: usize) -> Result<usize, Refusal> {
    match call.query.get(name) {
        None => Ok(missing),
        Some(text) => match text.parse() {
            Ok(number) if (1..=max).contains(&number) => Ok(number),
            _ => Err(iam(400, &format!("The value of {name} is out of range."))),
        },
    }
}

/// `GET /v3/auth/domains` (section 2.2).
pub(crate) fn list_domains(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let account = &call.cloud.ground.accounts[call.caller().account];
    let own = format!("http://{}/v3/domains/{}", call.host, account.id);
    let domain = json!({ "id": account.id, "name": account.name, "enabled": true, "description": "",
                         "links": { "self": own } });
    let body =
        json!({ "domains": [domain], "links": links(format!("http://{}/v3/auth/domains", call.host)) });
    Ok(Answer::json(200, &body))
}

/// `GET /v5/caller-identity` (section 2.2).
pub(crate) fn caller_identity(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let account = &call.cloud.ground.accounts[call.caller().account];
    let user = &account.users[call.caller().user];
    let body = json!({ "account_id": account.id, "principal_id": user.id,
                       "principal_urn": format!("iam::{}:user:{}", account.id, user.name) });
    Ok(Answer::json(200, &body))
}

/// `POST /v3.0/OS-CREDENTIAL/securitytokens` (section 2.3).
pub(crate) fn create_temporary_key(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let identity = &call.body["auth"]["identity"];
    if identity["methods"] != json!(["token"]) {
        return Err(malformed("methods [\"token\"]"));
    }
    if !identity["token"].is_null() && !identity["token"].is_object() {
        return Err(malformed("token"));
    }
    let caller = match identity["token"]["id"].as_str() {
        Some(text) => {
            let token =
                call.issued.token_holder(text, call.now).map_err(|_| iam(401, "The token is invalid."))?;
            token.caller.clone()
        }
        None => call.caller().clone(),
    };
    let seconds = match &identity["token"]["duration_seconds"] {
        Value::Null => 900,
        given => given.as_i64().unwrap_or_default(),
    };
    if !(900..=86_400).contains(&seconds) {
        return Err(iam(400, "duration_seconds must be 900 to 86400."));
    }
    let key = call.issued.temporary_key(caller, call.now, SignedDuration::from_secs(seconds));
    let body = json!({ "credential": { "access": key.access, "secret": key.secret,
                       "securitytoken": key.security_token, "expires_at": micros(key.expires) } });
    Ok(Answer::json(201, &body))
}

/// `GET /v3`: what clients of the identity service ask first.
pub(crate) fn identity_version(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let version = json!({ "id": "v3.6", "status": "stable", "updated": "2016-04-04T00:00:00Z",
        "links": [{ "rel": "self", "href": format!("http://{}/v3/", call.host) }],
        "media-types": [{ "base": "application/json", "type": "application/vnd.openstack.identity-v3+json" }] });
    Ok(Answer::json(200, &json!({ "version": version })))
}

/// The account of a caller, for whom a wrong project is somebody else's.
pub(crate) fn owns_project(ground: &Ground, caller: &Caller, project: &str) -> bool {
    match &caller.scope {
        Scope::Project(own) => own == project,
        Scope::Account => false,
        Scope::Key => ground.projects.get(project).is_some_and(|known| known.account == caller.account),
    }
}
