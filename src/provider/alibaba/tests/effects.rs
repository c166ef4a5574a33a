//! Effects as calls, with their exact parameters; and when an effect is done.

use serde_json::json;

use super::*;
use crate::provider::{Effect, Settling};
use crate::resource::Kind;

fn create(want: Json) -> Effect {
    Effect::Create { want: attributes(want) }
}

fn update(id: &str, have: Json, want: Json) -> Effect {
    Effect::Update { id: id.to_owned(), have: attributes(have), want: attributes(want) }
}

fn delete(id: &str, have: Json) -> Effect {
    Effect::Delete { id: id.to_owned(), have: attributes(have) }
}

/// The operation, a mark for calls that make something, the path of one that has one, and the body.
fn shown(kind: &str, effect: &Effect) -> Json {
    let calls = calls(&Kind::from(kind), effect).into_iter();
    calls
        .map(|call| {
            let makes = if call.makes { " makes" } else { "" };
            let path =
                if call.path == "/" { String::new() } else { format!(": {} {}", call.method, call.path) };
            json!([format!("{}{makes}{path}", call.operation), call.body])
        })
        .collect()
}

#[test]
fn a_service_and_its_back_ends() {
    let first = json!({"resource_id": "lb-1", "resource_type": "slb", "zone_id": "z-h"});
    let second = json!({"resource_id": "lb-2", "resource_type": "slb", "zone_id": "z-i"});
    let place = |id: &str, zone: &str| json!({"ServiceId": "epsrv-1", "ResourceId": id, "ResourceType": "slb", "ZoneId": zone});
    let kind = kinds::SERVICE;
    let want = json!({
        "resources": [first], "description": "hooks", "auto_accept_enabled": false, "connect_bandwidth": 1024,
        "supported_regions": ["cn-beijing"], "tags": {"team": "a"}
    });
    assert_eq!(
        shown(kind, &create(want)),
        json!([
            ["privatelink:CreateVpcEndpointService makes", {
                "ServiceDescription": "hooks", "AutoAcceptEnabled": "false",
                "Resource.1.ResourceId": "lb-1", "Resource.1.ResourceType": "slb", "Resource.1.ZoneId": "z-h",
                "SupportedRegionList.1": "cn-beijing", "Tag.1.Key": "team", "Tag.1.Value": "a"
            }],
            // No parameter of the creation.
            ["privatelink:UpdateVpcEndpointServiceAttribute", {"ServiceId": "{id}", "ConnectBandwidth": "1024"}]
        ])
    );
    let many: Vec<Json> = (0..12)
        .map(|n| json!({"resource_id": format!("lb-{n:02}"), "resource_type": "slb", "zone_id": "z"}))
        .collect();
    let calls = shown(kind, &create(json!({ "resources": many })));
    assert_eq!(calls.as_array().unwrap().len(), 3, "ten at creation, the rest attached: {calls}");
    for (have, want, expected) in [
        (json!({"description": "a"}), json!({"description": "a"}), json!([])),
        (
            json!({"resources": [first], "auto_accept_enabled": false}),
            json!({"resources": [second], "auto_accept_enabled": true}),
            json!([
                ["privatelink:UpdateVpcEndpointServiceAttribute", {"ServiceId": "epsrv-1", "AutoAcceptEnabled": "true"}],
                ["privatelink:AttachResourceToVpcEndpointService", place("lb-2", "z-i")],
                ["privatelink:DetachResourceFromVpcEndpointService", place("lb-1", "z-h")]
            ]),
        ),
        (
            json!({"tags": {"a": "1", "b": "2"}, "resource_group_id": "rg-1", "supported_regions": ["x"]}),
            json!({"tags": {"a": "3"}, "resource_group_id": "rg-2", "supported_regions": ["y"]}),
            json!([
                ["privatelink:UpdateVpcEndpointServiceAttribute",
                 {"ServiceId": "epsrv-1", "AddSupportedRegionSet.1": "y", "DeleteSupportedRegionSet.1": "x"}],
                ["privatelink:ChangeResourceGroup",
                 {"ResourceType": "VpcEndpointService", "ResourceId": "epsrv-1", "ResourceGroupId": "rg-2"}],
                ["privatelink:UntagResources",
                 {"ResourceType": "VpcEndpointService", "ResourceId.1": "epsrv-1", "TagKey.1": "b"}],
                ["privatelink:TagResources",
                 {"ResourceType": "VpcEndpointService", "ResourceId.1": "epsrv-1", "Tag.1.Key": "a", "Tag.1.Value": "3"}]
            ]),
        ),
    ] {
        assert_eq!(shown(kind, &update("epsrv-1", have, want.clone())), expected, "{want}");
    }
    assert_eq!(
        shown(kind, &delete("epsrv-1", json!({"resources": [first]}))),
        json!([
            ["privatelink:DetachResourceFromVpcEndpointService", place("lb-1", "z-h")],
            ["privatelink:DeleteVpcEndpointService", {"ServiceId": "epsrv-1"}]
        ])
    );
}

#[test]
fn an_endpoint_and_its_zones() {
    let zone = |zone: &str| json!({"zone_id": zone, "vswitch_id": format!("vsw-{zone}")});
    let kind = kinds::ENDPOINT;
    let want = json!({
        "vpc_id": "vpc-1", "service_id": "epsrv-1", "security_group_ids": ["sg-1"], "zones": [zone("h")],
        "zone_ips": {"h": "10.0.0.5"}, "policy_document": {"Version": "1"}
    });
    assert_eq!(
        shown(kind, &create(want)),
        json!([["privatelink:CreateVpcEndpoint makes", {
            "VpcId": "vpc-1", "ServiceId": "epsrv-1", "SecurityGroupId.1": "sg-1", "Zone.1.ZoneId": "h",
            "Zone.1.VSwitchId": "vsw-h", "Zone.1.ip": "10.0.0.5", "PolicyDocument": "{\"Version\":\"1\"}"
        }]])
    );
    let have =
        json!({"zones": [zone("h")], "security_group_ids": ["sg-1"], "policy_document": {"Version": "1"}});
    let want = json!({"zones": [zone("i")], "security_group_ids": ["sg-2"], "policy_document": {}});
    assert_eq!(
        shown(kind, &update("ep-1", have, want)),
        json!([
            ["privatelink:UpdateVpcEndpointAttribute", {"EndpointId": "ep-1", "ResetPolicy": "true"}],
            ["privatelink:AddZoneToVpcEndpoint", {"EndpointId": "ep-1", "ZoneId": "i", "VSwitchId": "vsw-i"}],
            ["privatelink:RemoveZoneFromVpcEndpoint", {"EndpointId": "ep-1", "ZoneId": "h"}],
            ["privatelink:AttachSecurityGroupToVpcEndpoint", {"EndpointId": "ep-1", "SecurityGroupId": "sg-2"}],
            ["privatelink:DetachSecurityGroupFromVpcEndpoint", {"EndpointId": "ep-1", "SecurityGroupId": "sg-1"}]
        ])
    );
}

#[test]
fn whitelists_decisions_and_endpoints_of_instances() {
    let users = |users: &[&str]| json!({"service_id": "epsrv-1", "users": users.iter().map(|user| json!({"user": user})).collect::<Vec<_>>()});
    assert_eq!(
        shown(kinds::WHITELIST, &update("epsrv-1", users(&["1", "2"]), users(&["2", "acs:ram:*:3:role/x"]))),
        json!([
            ["privatelink:RemoveUserFromVpcEndpointService", {"ServiceId": "epsrv-1", "UserId": "1"}],
            ["privatelink:AddUserToVpcEndpointService", {"ServiceId": "epsrv-1", "UserARN": "acs:ram:*:3:role/x"}]
        ])
    );
    let about = json!({"ServiceId": "epsrv-1", "EndpointId": "ep-1"});
    let decided =
        |decision: &str| json!({"service_id": "epsrv-1", "endpoint_id": "ep-1", "decision": decision});
    let id = "epsrv-1/ep-1";
    let enable = json!([["privatelink:EnableVpcEndpointConnection", about]]);
    let disable = json!([["privatelink:DisableVpcEndpointConnection", about]]);
    assert_eq!(shown(kinds::ACCEPT, &create(decided("accept"))), enable);
    // A connection that waits reads as a refused one.
    assert_eq!(shown(kinds::ACCEPT, &update(id, decided("reject"), decided("accept"))), enable);
    assert_eq!(shown(kinds::ACCEPT, &delete(id, decided("accept"))), disable);
    assert_eq!(shown(kinds::ACCEPT, &delete(id, decided("reject"))), json!([]));
    let path = format!("/openapi/instances/{INSTANCE}/vpc-endpoints");
    let want = json!({"instance_id": INSTANCE, "service_id": "epsrv-1", "zone_id": "z-i"});
    assert_eq!(
        shown(kinds::ELASTICSEARCH, &create(want.clone())),
        json!([[format!("elasticsearch:CreateVpcEndpoint makes: POST {path}"), {"serviceId": "epsrv-1", "zoneId": "z-i"}]])
    );
    assert_eq!(
        shown(kinds::ELASTICSEARCH, &delete("ep-1", want)),
        json!([[format!("elasticsearch:DeleteVpcEndpoint: DELETE {path}/ep-1"), null]])
    );
}

#[test]
fn a_status_says_whether_an_effect_is_done() {
    for (kind, live, expected) in [
        (kinds::ELASTICSEARCH, json!({"status": "Creating"}), "pending Creating"),
        (kinds::ELASTICSEARCH, json!({"status": "Active", "connection_status": "Disconnected"}), "ready"),
        (
            kinds::ELASTICSEARCH,
            json!({"status": "Active", "connection_status": "ServiceDeleted"}),
            "failed ServiceDeleted",
        ),
        (
            kinds::ELASTICSEARCH,
            json!({"status": "Active", "business_status": "FinacialLocked"}),
            "blocked FinacialLocked",
        ),
        (kinds::ELASTICSEARCH, json!({"status": "Deleting"}), "leaving"),
        (
            kinds::SERVICE,
            json!({"status": "Active", "business_status": "FinancialLocked"}),
            "blocked FinancialLocked",
        ),
        (kinds::SERVICE, json!({"status": "Odd"}), "pending Odd"),
        (kinds::ACCEPT, json!({"status": "Connecting"}), "pending Connecting"),
        (kinds::ACCEPT, json!({"status": "Connected"}), "ready"),
        (kinds::ACCEPT, json!({"status": "Disconnected"}), "pending Disconnected"),
    ] {
        let shown = match settling(&Kind::from(kind), &Attributes::new(), &object("x", live.clone())) {
            Settling::Ready => "ready".to_owned(),
            Settling::Pending(word) => format!("pending {word}"),
            Settling::Leaving => "leaving".to_owned(),
            Settling::Failed(fault) => format!("failed {}", fault.code),
            Settling::Blocked(fault) => format!("blocked {}", fault.code),
        };
        assert_eq!(shown, expected, "{kind} {live}");
    }
    let waiting = object("x", json!({"status": "Disconnected"}));
    assert_eq!(resting(&Kind::from(kinds::ACCEPT), &waiting), Settling::Ready);
    for (connection, expected) in [
        ("Disconnected", Settling::Ready),
        ("Connected", Settling::Ready),
        ("Connecting", Settling::Pending("Connecting".to_owned())),
        ("Disconnecting", Settling::Pending("Disconnecting".to_owned())),
    ] {
        let endpoint = object("x", json!({"status": "Active", "connection_status": connection}));
        assert_eq!(resting(&Kind::from(kinds::ELASTICSEARCH), &endpoint), expected);
        assert_eq!(resting(&Kind::from(kinds::ENDPOINT), &endpoint), expected);
    }
}
