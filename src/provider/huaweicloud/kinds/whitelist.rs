//! `vpcep_whitelist`: who may connect to a service (VPCEP API reference, section 5.4).
//!
//! The whitelist exists with its service, so its id is the service's, and deleting it removes our
//! records. The owner's own account is always admitted without being listed (trap 13).

use super::{NO_CALL, PROVIDER_TYPE, SERVICE, WHITELIST, checks};
use crate::resource::{
    Admits, AttributeSchema as A, Check, Compare, Connected, Felt, Field, KindSchema, Listing, Naming,
    OrderRule, Preflight, Stakes, Type, When,
};

/// The forms of a permission (section 5.4).
const PERMISSION: &str = "\\*|iam:domain::([A-Za-z0-9]{1,64}|\\*)|organizations:orgPath::[A-Za-z0-9/*?-]{1,1024}\
                          |iam:domainName::.{1,80}";

/// Whether a permission admits an account. Who is below an organisation's path, and what an account is
/// called, only its owner knows.
pub(super) fn admits(permission: &str, account: &str) -> Admits {
    match permission.split_once("::") {
        None if permission == "*" => Admits::Yes,
        Some(("iam:domain", id)) if is_like(id, account) => Admits::Yes,
        Some(("organizations:orgPath" | "iam:domainName", _)) => Admits::Unseen,
        _ => Admits::No,
    }
}

/// Whether a text is of a form in which `*` stands for anything.
fn is_like(form: &str, text: &str) -> bool {
    let mut parts = form.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

fn permission() -> Type {
    Type::Object {
        fields: vec![
            Field::required("permission", Type::String),
            Field::optional("description", Type::String),
        ],
        shorthand: Some("permission"),
    }
}

pub(super) fn kind() -> KindSchema {
    let [length, _] = checks::description();
    let attributes = vec![
        A::computed("id", Type::String, "The service's id."),
        A::required("endpoint_service_id", Type::String, "The service.").replaces(NO_CALL).check(Check::Uuid),
        A::required(
            "permissions",
            Type::set(permission()),
            "Who may connect: `iam:domain::ACCOUNT`, `organizations:orgPath::PATH` or `*`, each with or without \
             a description.",
        )
        .compared(Compare::Members {
            key: "permission",
            exclusive: ("mode", "exclusive"),
            // Both mean everyone; which one the service keeps is up to it (trap 11).
            named: Naming(|text| if text == "iam:domain::*" { "*" } else { text }),
            implicit: "iam:domain::{account}",
        })
        .check(Check::Field(
            "permission",
            Box::new(Check::Pattern(
                PERMISSION,
                "`iam:domain::ACCOUNT_ID`, `organizations:orgPath::PATH` or `*`",
            )),
        ))
        .check(Check::Field("description", Box::new(length)))
        // An empty one and none read back the same.
        .check(Check::Field(
            "description",
            Box::new(Check::Pattern("[^<>]+", "any text without `<` and `>`; leave it out for none")),
        )),
        A::default(
            "mode",
            Type::String,
            "shared",
            "`shared`: only our own records are touched; `exclusive`: unlisted records are removed.",
        )
        .setting()
        .check(Check::OneOf(&["shared", "exclusive"])),
        A::computed("records", Type::map(Type::String), "The id of each record, by permission.")
            .compared(Compare::Volatile),
    ];
    KindSchema {
        listing: Listing::Under("endpoint_service_id"),
        order: vec![OrderRule::Refers { attribute: "endpoint_service_id", kind: SERVICE }],
        dies_with: Some("endpoint_service_id"),
        natural_key: &["endpoint_service_id"],
        adopts: true,
        preflight: Preflight { elsewhere: "EndPoint.0005", ..Preflight::default() },
        stakes: Stakes {
            connected: Connected::Never,
            account: None,
            kept_by_others: &[],
            felt: &[Felt {
                attribute: "permissions",
                when: When::MembersGo,
                effect: "who leaves the list can connect no more; connections that are accepted stay",
                cuts: false,
                back: "",
            }],
        },
        ..KindSchema::managed(
            WHITELIST,
            PROVIDER_TYPE,
            "The whitelist of a service: the accounts that may connect.",
            attributes,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_admitted() {
        for (permission, admitted) in [
            ("*", Admits::Yes),
            ("iam:domain::*", Admits::Yes),
            ("iam:domain::abc123", Admits::Yes),
            ("iam:domain::abc*", Admits::Yes),
            ("iam:domain::*c1*3", Admits::Yes),
            ("iam:domain::*c1*4", Admits::No),
            ("iam:domain::abc12", Admits::No),
            ("iam:domain::", Admits::No),
            ("organizations:orgPath::o-1/r-1", Admits::Unseen),
            ("iam:domainName::shop", Admits::Unseen),
        ] {
            assert_eq!(admits(permission, "abc123"), admitted, "{permission}");
        }
    }
}
