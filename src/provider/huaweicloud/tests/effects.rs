//! Effects as calls, with their exact bodies; and when an effect is done.

use serde_json::{Value as Json, json};

use super::*;
use crate::provider::{Effect, Settling};
use crate::resource::Kind;

fn create(want: Json) -> Effect {
    Effect::Create { want: attributes(want) }
}

fn update(id: &str, have: Json, want: Json) -> Effect {
    Effect::Update { id: id.to_owned(), have: attributes(have), want: attributes(want) }
}

/// `METHOD path`, the body, and a mark for calls that make something.
fn shown(kind: &str, effect: &Effect) -> Json {
    calls(&Kind::from(kind), effect)
        .into_iter()
        .map(|call| {
            let makes = if call.makes { " makes" } else { "" };
            let version = call.version.map(|version| format!(" /{version}")).unwrap_or_default();
            json!([format!("{}{makes}: {}{version} {}", call.operation, call.method, call.path), call.body])
        })
        .collect()
}

#[test]
fn a_service_is_created_with_its_defaults_spelled_out() {
    let want = json!({
        "vpc_id": "v", "port_id": "p", "server_type": "LB", "service_name": "orders", "approval_enabled": true,
        "service_type": "interface", "tcp_proxy": "close", "tags": {"team": "payments"}, "enable_policy": false,
        "ports": [{"client_port": 443, "server_port": 8443, "protocol": "TCP"}], "description": null
    });
    assert_eq!(
        shown("vpcep_service", &create(want)),
        json!([["create_service makes: POST /vpc-endpoint-services", {
            "vpc_id": "v", "port_id": "p", "server_type": "LB", "service_name": "orders", "approval_enabled": true,
            "service_type": "interface", "tcp_proxy": "close", "tags": [{"key": "team", "value": "payments"}],
            "ports": [{"client_port": 443, "server_port": 8443, "protocol": "TCP"}]
        }]])
    );
}

#[test]
fn a_service_is_updated_by_what_differs() {
    let have = json!({
        "service_name": "tr-west-1.orders.s", "approval_enabled": true, "port_id": "p", "ip": "10.0.0.1",
        "tags": {"team": "a", "env": "x", "same": "1"}, "description": "old"
    });
    for (want, expected) in [
        (json!({"service_name": "orders", "approval_enabled": true}), json!([])),
        (
            json!({"service_name": "", "approval_enabled": false, "description": ""}),
            json!([["update_service: PUT /vpc-endpoint-services/s",
                    {"service_name": "", "approval_enabled": false, "description": ""}]]),
        ),
        (
            json!({"port_id": "q", "ip": "10.0.0.2"}),
            json!([
                ["update_service: PUT /vpc-endpoint-services/s", {"port_id": "q"}],
                ["update_service: PUT /vpc-endpoint-services/s", {"ip": "10.0.0.2"}]
            ]),
        ),
        (
            json!({"tags": {"team": "b", "same": "1", "new": ""}}),
            json!([
                ["untag_resource: POST /endpoint_service/s/tags/action", {"action": "delete", "tags": [{"key": "env"}]}],
                ["tag_resource: POST /endpoint_service/s/tags/action",
                 {"action": "create", "tags": [{"key": "new", "value": ""}, {"key": "team", "value": "b"}]}]
            ]),
        ),
        (
            json!({"tags": {}}),
            json!([["untag_resource: POST /endpoint_service/s/tags/action",
                    {"action": "delete", "tags": [{"key": "env"}, {"key": "same"}, {"key": "team"}]}]]),
        ),
    ] {
        assert_eq!(shown("vpcep_service", &update("s", have.clone(), want.clone())), expected, "{want}");
    }
}

#[test]
fn an_edition_and_further_back_ends_take_calls_of_their_own() {
    let first = json!({"resource_id": "lb-1"});
    let second = json!({"resource_id": "lb-2", "availability_zone_id": "a"});
    let service = "vpcep_service";
    let upgraded = json!(["upgrade_service: POST /v2 /vpc-endpoint-services/s/upgrade", null]);
    let added = "add_server_resources: POST /v2 /vpc-endpoint-services/s/add-server-resources";
    for (have, want, expected) in [
        (json!({}), json!({"edition": "professional"}), json!([upgraded])),
        (json!({"edition": "basic"}), json!({"edition": "professional"}), json!([upgraded])),
        (json!({"edition": "professional"}), json!({"edition": "professional"}), json!([])),
        (json!({}), json!({"edition": "basic"}), json!([])),
        (
            json!({"server_resources": [first]}),
            json!({"server_resources": [first, second]}),
            json!([[added, {"server_resources": [second]}]]),
        ),
        (json!({"server_resources": [first]}), json!({"server_resources": [first]}), json!([])),
        (
            json!({"description": "a"}),
            json!({"description": "b", "edition": "professional", "server_resources": [first]}),
            json!([
                ["update_service: PUT /vpc-endpoint-services/s", {"description": "b"}],
                upgraded,
                [added, {"server_resources": [first]}]
            ]),
        ),
    ] {
        assert_eq!(shown(service, &update("s", have, want.clone())), expected, "{want}");
    }
    let want = json!({"vpc_id": "v", "edition": "professional", "server_resources": [first]});
    assert_eq!(
        shown(service, &create(want)),
        json!([
            ["create_service makes: POST /vpc-endpoint-services", {"vpc_id": "v"}],
            ["upgrade_service: POST /v2 /vpc-endpoint-services/{id}/upgrade", null],
            ["add_server_resources: POST /v2 /vpc-endpoint-services/{id}/add-server-resources",
             {"server_resources": [first]}]
        ])
    );
    assert_eq!(
        shown(service, &create(json!({"edition": "basic", "server_resources": []})))
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let endpoint = "vpcep_endpoint";
    let start = json!({"action": "start"});
    assert_eq!(
        shown(endpoint, &update("e", json!({}), json!({"edition": "professional"}))),
        json!([["upgrade_endpoint: POST /v2 /vpc-endpoints/e/upgrade", start]])
    );
    assert_eq!(
        shown(endpoint, &create(json!({"vpc_id": "v", "edition": "professional"}))),
        json!([
            ["create_endpoint makes: POST /vpc-endpoints", {"vpc_id": "v"}],
            ["upgrade_endpoint: POST /v2 /vpc-endpoints/{id}/upgrade", start]
        ])
    );
}

#[test]
fn endpoints_of_both_kinds() {
    let interface = json!({
        "endpoint_service_id": "s", "vpc_id": "v", "subnet_id": "n", "enable_dns": false, "enable_whitelist": false,
        "whitelist": [], "tags": {}
    });
    assert_eq!(
        shown("vpcep_endpoint", &create(interface)),
        json!([["create_endpoint makes: POST /vpc-endpoints", {
            "endpoint_service_id": "s", "vpc_id": "v", "subnet_id": "n", "enable_dns": false,
            "enable_whitelist": false, "whitelist": []
        }]])
    );
    let gateway = json!({
        "endpoint_service_id": "s", "vpc_id": "v", "enable_dns": false, "enable_whitelist": false,
        "routetables": ["r"], "policy_statement": [{"Effect": "Allow", "Action": ["a"], "Resource": ["b"]}]
    });
    assert_eq!(
        shown("vpcep_endpoint", &create(gateway)),
        json!([["create_endpoint makes: POST /vpc-endpoints", {
            "endpoint_service_id": "s", "vpc_id": "v", "routetables": ["r"],
            "policy_statement": [{"Effect": "Allow", "Action": ["a"], "Resource": ["b"]}]
        }]])
    );
    let delete = Effect::Delete { id: "e".into(), have: Attributes::new() };
    assert_eq!(shown("vpcep_endpoint", &delete), json!([["delete_endpoint: DELETE /vpc-endpoints/e", null]]));
}

#[test]
fn an_endpoint_is_updated_whole_list_by_whole_list() {
    let have = json!({"whitelist": ["10.0.0.1"], "enable_whitelist": false, "routetables": ["a"]});
    for (want, expected) in [
        // An unmanaged whitelist goes along as it is: a missing one would be cleared.
        (
            json!({"enable_whitelist": true}),
            json!([["update_endpoint: PUT /vpc-endpoints/e", {"whitelist": ["10.0.0.1"], "enable_whitelist": true}]]),
        ),
        (
            json!({"whitelist": [], "enable_whitelist": false, "routetables": ["b", "c"]}),
            json!([
                ["update_endpoint: PUT /vpc-endpoints/e", {"whitelist": [], "enable_whitelist": false}],
                ["update_route_tables: PUT /vpc-endpoints/e/routetables", {"routetables": ["b", "c"]}]
            ]),
        ),
        (
            json!({"policy_document": {"Version": "5.0"}, "tags": {"a": "b"}}),
            json!([
                ["update_policy: PUT /vpc-endpoints/e/policy", {"policy_document": {"Version": "5.0"}}],
                ["tag_resource: POST /endpoint/e/tags/action", {"action": "create", "tags": [{"key": "a", "value": "b"}]}]
            ]),
        ),
        (json!({"policy_statement": []}), json!([])),
    ] {
        let mut have = have.clone();
        if want.get("policy_statement").is_some() {
            have["policy_statement"] = json!([]);
        }
        assert_eq!(shown("vpcep_endpoint", &update("e", have, want.clone())), expected, "{want}");
    }
}

#[test]
fn lifting_a_policy_writes_the_default_one() {
    let have = json!({"policy_statement": [{"Effect": "Deny", "Action": ["a"], "Resource": ["b"]}]});
    assert_eq!(
        shown("vpcep_endpoint", &update("e", have, json!({"policy_statement": []}))),
        json!([["update_policy: PUT /vpc-endpoints/e/policy",
                {"policy_statement": [{"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}]}]])
    );
}

#[test]
fn a_whitelist_is_changed_record_by_record() {
    let a = |account: &str| json!({"permission": format!("iam:domain::{account}")});
    let path = "/vpc-endpoint-services/s/permissions";
    let want = json!({"endpoint_service_id": "s", "mode": "shared", "permissions": [
        a("1"), {"permission": "iam:domain::2", "description": "two"}, {"permission": "organizations:orgPath::o/*"}
    ]});
    assert_eq!(
        shown("vpcep_whitelist", &create(want)),
        json!([
            [format!("add_permissions: POST {path}/action"),
             {"action": "add", "permissions": ["iam:domain::1"], "permission_type": "domainId"}],
            [format!("add_permissions: POST {path}/action"),
             {"action": "add", "permissions": ["organizations:orgPath::o/*"], "permission_type": "orgPath"}],
            [format!("create_permissions: POST {path}/batch-create"),
             {"permissions": [{"permission": "iam:domain::2", "description": "two"}], "permission_type": "domainId"}],
        ])
    );
    // Everyone is everyone in both spellings; a description is changed at its record.
    let have = json!({"permissions": [a("1"), {"permission": "*"}, {"permission": "iam:domain::2", "description": "x"}],
                      "records": {"iam:domain::2": "r2"}});
    let want = json!({"permissions": [{"permission": "iam:domain::*"}, {"permission": "iam:domain::2", "description": "y"}]});
    assert_eq!(
        shown("vpcep_whitelist", &update("s", have.clone(), want)),
        json!([
            [format!("remove_permissions: POST {path}/action"),
             {"action": "remove", "permissions": ["iam:domain::1"], "permission_type": "domainId"}],
            [format!("describe_permission: PUT {path}/r2"), {"permission": {"description": "y"}}],
        ])
    );
    let delete = Effect::Delete { id: "s".into(), have: attributes(json!({"permissions": [a("1")]})) };
    assert_eq!(
        shown("vpcep_whitelist", &delete),
        json!([[format!("remove_permissions: POST {path}/action"),
                {"action": "remove", "permissions": ["iam:domain::1"], "permission_type": "domainId"}]])
    );
}

#[test]
fn a_long_whitelist_goes_in_chunks() {
    let records: Vec<Json> = (0..120).map(|n| json!({"permission": format!("iam:domain::{n}")})).collect();
    let effect = create(json!({"endpoint_service_id": "s", "permissions": records}));
    let sizes: Vec<usize> = calls(&Kind::from("vpcep_whitelist"), &effect)
        .iter()
        .map(|call| call.body.as_ref().unwrap()["permissions"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [50, 50, 20]);
    assert_eq!(lane(&Kind::from("vpcep_whitelist"), &effect).as_deref(), Some("whitelist of s"));
    assert_eq!(lane(&Kind::from("vpcep_endpoint"), &effect), None);
}

#[test]
fn a_decision_is_one_call_and_its_note_another() {
    let want = |decision: &str| json!({"endpoint_service_id": "s", "endpoint_id": "e", "decision": decision});
    let action = |word: &str| {
        json!(["decide_connection: POST /vpc-endpoint-services/s/connections/action",
               {"action": word, "endpoints": ["e"]}])
    };
    assert_eq!(shown("vpcep_accept", &create(want("accept"))), json!([action("receive")]));
    assert_eq!(shown("vpcep_accept", &create(want("reject"))), json!([action("reject")]));
    // Pending: nobody has decided.
    let pending = json!({"endpoint_service_id": "s", "endpoint_id": "e", "status": "pendingAcceptance"});
    assert_eq!(shown("vpcep_accept", &update("s/e", pending, want("accept"))), json!([action("receive")]));
    assert_eq!(shown("vpcep_accept", &update("s/e", want("accept"), want("accept"))), json!([]));
    let mut noted = want("accept");
    noted["description"] = "consumer A".into();
    assert_eq!(
        shown("vpcep_accept", &update("s/e", want("accept"), noted)),
        json!([["describe_connection: PUT /vpc-endpoint-services/s/connections/description",
                {"connections": [{"id": "e", "description": "consumer A"}]}]])
    );
    let delete = |have: Json| Effect::Delete { id: "s/e".into(), have: attributes(have) };
    assert_eq!(shown("vpcep_accept", &delete(want("accept"))), json!([action("reject")]));
    assert_eq!(shown("vpcep_accept", &delete(want("reject"))), json!([]));
}

#[test]
fn when_an_effect_is_done() {
    let accept = json!({"decision": "accept"});
    let reject = json!({"decision": "reject"});
    for (kind, want, status, expected) in [
        ("vpcep_service", &accept, "creating", "pending creating"),
        ("vpcep_service", &accept, "available", "ready"),
        ("vpcep_service", &accept, "failed", "failed EndPoint.2022"),
        ("vpcep_service", &accept, "deleting", "leaving"),
        ("vpcep_endpoint", &accept, "creating", "pending creating"),
        ("vpcep_endpoint", &accept, "pendingAcceptance", "ready"),
        ("vpcep_endpoint", &accept, "accepted", "ready"),
        ("vpcep_endpoint", &accept, "failed", "failed EndPoint.2022"),
        ("vpcep_endpoint", &accept, "deleting", "leaving"),
        ("vpcep_accept", &accept, "pendingAcceptance", "pending pendingAcceptance"),
        ("vpcep_accept", &accept, "creating", "pending creating"),
        ("vpcep_accept", &accept, "accepted", "ready"),
        ("vpcep_accept", &accept, "rejected", "pending rejected"),
        ("vpcep_accept", &reject, "rejected", "ready"),
        ("vpcep_accept", &reject, "accepted", "pending accepted"),
        ("vpcep_accept", &accept, "failed", "failed EndPoint.2022"),
        ("vpcep_accept", &accept, "deleting", "leaving"),
    ] {
        let error = json!([{"error_code": "EndPoint.2022", "error_message": "m"}]);
        let live = object("x", json!({"status": status, "error": error}));
        let shown = match settling(&Kind::from(kind), &attributes(want.clone()), &live) {
            Settling::Ready => "ready".to_owned(),
            Settling::Pending(word) => format!("pending {word}"),
            Settling::Leaving => "leaving".to_owned(),
            Settling::Failed(fault) | Settling::Blocked(fault) => format!("failed {}", fault.code),
        };
        assert_eq!(shown, expected, "{kind} {status}");
    }
    let want = attributes(
        json!({"permissions": [{"permission": "iam:domain::*"}, {"permission": "iam:domain::1"}]}),
    );
    let kind = Kind::from("vpcep_whitelist");
    let live = object("s", json!({"permissions": [{"permission": "*"}]}));
    assert_eq!(settling(&kind, &want, &live), Settling::Pending("1 of 2 records".into()));
    let live = object("s", json!({"permissions": [{"permission": "*"}, {"permission": "iam:domain::1"}]}));
    assert_eq!(settling(&kind, &want, &live), Settling::Ready);
}

#[test]
fn what_rests_whatever_was_wanted() {
    for (kind, status, expected) in [
        ("vpcep_service", "available", Settling::Ready),
        ("vpcep_service", "creating", Settling::Pending("creating".into())),
        ("vpcep_endpoint", "pendingAcceptance", Settling::Ready),
        ("vpcep_endpoint", "deleting", Settling::Leaving),
        ("vpcep_accept", "failed", Settling::Ready),
        ("vpcep_whitelist", "", Settling::Ready),
    ] {
        assert_eq!(
            resting(&Kind::from(kind), &object("x", json!({"status": status}))),
            expected,
            "{kind} {status}"
        );
    }
    let failed = resting(&Kind::from("vpcep_endpoint"), &object("x", json!({"status": "failed"})));
    assert!(matches!(failed, Settling::Failed(_)));
}

#[test]
fn a_change_has_to_show() {
    let kind = Kind::from("vpcep_service");
    let live = |name: &str, approval: bool| {
        object("s", json!({"status": "available", "service_name": name, "approval_enabled": approval}))
    };
    let want = attributes(json!({"service_name": "new", "approval_enabled": true, "description": "unread"}));
    assert_eq!(settling(&kind, &want, &live("r.new.s", true)), Settling::Ready);
    assert_eq!(settling(&kind, &want, &live("new", true)), Settling::Ready);
    let old = Settling::Pending("available, with the old service_name".into());
    assert_eq!(settling(&kind, &want, &live("r.old.s", true)), old);
    let old = Settling::Pending("available, with the old approval_enabled".into());
    assert_eq!(settling(&kind, &want, &live("r.new.s", false)), old);
}

#[test]
fn creation_times_are_read() {
    let of = |text: &str| created_at(&object("x", json!({"created_at": text}))).map(|at| at.to_string());
    assert_eq!(of("2025-01-02T03:04:05"), Some("2025-01-02T03:04:05Z".to_owned()));
    assert_eq!(of(""), None);
}
