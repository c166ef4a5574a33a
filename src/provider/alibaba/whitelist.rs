//! The whitelist of a service: one object, made of its members (section 8.3).

use std::collections::{BTreeMap, BTreeSet};

use super::fields::Build;
use super::params::{Params, field, items};
use crate::provider::{Call, Effect, Settling};
use crate::resource::{Attributes, Object, Value};

/// The account of an ARN that means the whole account: `acs:ram:*:ACCOUNT:*`.
pub(super) fn whole_account(arn: &str) -> Option<&str> {
    let account = arn.strip_prefix("acs:ram:*:")?.strip_suffix(":*")?;
    account.bytes().all(|byte| byte.is_ascii_digit()).then_some(account)
}

/// The whitelist of these accounts and ARNs. An account stands in both lists: it is one member.
pub(super) fn object(service: &str, accounts: Vec<String>, arns: Vec<String>) -> Object {
    let arns = arns
        .into_iter()
        .filter(|arn| whole_account(arn).is_none_or(|one| !accounts.iter().any(|a| a == one)));
    let arns: Vec<String> = arns.collect();
    let members: BTreeSet<Value> = accounts
        .into_iter()
        .chain(arns)
        .map(|user| Value::Map(BTreeMap::from([("user".to_owned(), Value::from(user))])))
        .collect();
    let mut build = Build::default();
    build.set("id", Some(service));
    build.set("service_id", Some(service));
    build.set("users", Some(members.into_iter().collect::<Vec<_>>()));
    Object::new(service, build.done())
}

fn users(attributes: &Attributes) -> BTreeSet<&str> {
    items(attributes, "users").iter().map(|member| field(member, "user")).collect()
}

/// The same by what they name: an account as a whole has two spellings.
fn named(attributes: &Attributes) -> BTreeSet<&str> {
    users(attributes).into_iter().map(|user| whole_account(user).unwrap_or(user)).collect()
}

/// What turns the members of `have` into those of `want`, one account a call.
pub(super) fn calls(effect: &Effect) -> Vec<Call> {
    let none = Attributes::new();
    let (service, have, want) = match effect {
        Effect::Create { want } => (want.text("service_id").unwrap_or_default(), &none, want),
        Effect::Update { id, have, want } => (id.as_str(), have, want),
        Effect::Delete { id, have } => (id.as_str(), have, &none),
    };
    let (had, wanted) = (named(have), named(want));
    let call = |operation: &str, user: &str| {
        let is_account = user.bytes().all(|byte| byte.is_ascii_digit());
        let parameter = if is_account { "UserId" } else { "UserARN" };
        Params::about("ServiceId", service).with(parameter, user).call(operation)
    };
    let gone = had.difference(&wanted).map(|user| call("RemoveUserFromVpcEndpointService", user));
    let new = wanted.difference(&had).map(|user| call("AddUserToVpcEndpointService", user));
    gone.chain(new).collect()
}

/// Whether every wanted member is listed. What others have added does not matter.
pub(super) fn settling(want: &Attributes, object: &Object) -> Settling {
    let (wanted, live) = (named(want), named(&object.attributes));
    match wanted.intersection(&live).count() {
        there if there == wanted.len() => Settling::Ready,
        there => Settling::Pending(format!("{there} of {} members", wanted.len())),
    }
}
