//! The whitelist of a service, and who a caller is (Elasticsearch and PrivateLink API reference,
//! section 8.3).

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::errors::{Refusal, refuse};
use super::land::Change;
use super::objects::LinkService;

/// The account of an ARN: `acs:ram:*:ACCOUNT:*`.
fn account_of(arn: &str) -> Option<&str> {
    arn.strip_prefix("acs:ram:")?.split(':').nth(1)
}

/// Whether a service's whitelist admits an account.
pub(crate) fn admits(service: &LinkService, account: &str) -> bool {
    service.users.iter().any(|user| {
        user == account || user == "*" || account_of(user).is_some_and(|one| one == account || one == "*")
    })
}

/// The member that a call is about.
fn member(call: &Call<'_>) -> Result<String, Refusal> {
    let is_number = |id: &str| id.parse::<i64>().is_ok();
    match (call.text("UserId"), call.text("UserARN")) {
        (None, None) => Err(refuse("MissingParam.UserArn")),
        (Some(id), Some(arn)) if account_of(arn) != Some(id) => Err(refuse("Mismatch.UserIdAndUserArn")),
        (Some(id), _) if !is_number(id) => Err(super::errors::invalid("UserId")),
        (Some(id), _) => Ok(id.to_owned()),
        (None, Some(arn)) if account_of(arn).is_none() => Err(super::errors::invalid("UserARN")),
        (None, Some(arn)) => Ok(arn.to_owned()),
    }
}

pub(crate) fn add(call: &mut Call<'_>) -> Answer {
    let mut service = call.service()?;
    let member = member(call)?;
    call.unless_dry_run()?;
    service.users.insert(member);
    call.change(Change::Service(Box::new(service)));
    Ok(json!({}))
}

pub(crate) fn remove(call: &mut Call<'_>) -> Answer {
    let mut service = call.service()?;
    let member = member(call)?;
    call.unless_dry_run()?;
    service.users.remove(&member);
    call.change(Change::Service(Box::new(service)));
    Ok(json!({}))
}

pub(crate) fn list(call: &mut Call<'_>) -> Answer {
    let service = call.service()?;
    let arns = call.word("UserListType", &["Users", "UserARNs"])? == Some("UserARNs");
    let wanted = call.text("UserId");
    let (name, rows): (&str, Vec<Value>) = if arns {
        let arn = |user: &String| match user.parse::<i64>() {
            Ok(_) => format!("acs:ram:*:{user}:*"),
            Err(_) => user.clone(),
        };
        ("UserARNs", service.users.iter().map(|user| json!({ "UserARN": arn(user) })).collect())
    } else {
        let ids = service.users.iter().filter(|user| wanted.is_none_or(|wanted| wanted == *user));
        let ids = ids.filter_map(|user| user.parse::<i64>().ok());
        ("Users", ids.map(|id| json!({ "UserId": id })).collect())
    };
    let total = json!(rows.len().to_string());
    call.page(name, rows, Some(total))
}

/// `GetCallerIdentity` of STS.
pub(crate) fn caller_identity(call: &mut Call<'_>) -> Answer {
    let id = &call.caller.id;
    Ok(json!({
        "AccountId": id,
        "Arn": format!("acs:ram::{id}:root"),
        "IdentityType": "Account",
        "PrincipalId": id,
        "UserId": id,
    }))
}
