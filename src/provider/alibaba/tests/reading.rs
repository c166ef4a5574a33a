//! What is read: pages without a total, pages by token, what is absent and what is only unreadable.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::provider::{Class, Read};
use crate::resource::Kind;

fn page(from: usize, to: usize) -> Answer {
    let rows: Vec<Json> = (from..to)
        .map(|n| json!({"endpointId": format!("ep-{n:04}"), "serviceId": "epsrv-1", "endpointStatus": "Active"}))
        .collect();
    ok(&json!({"RequestId": "R", "Result": rows}).to_string())
}

fn instances() -> Answer {
    ok(&json!({"Result": [{"instanceId": INSTANCE, "isNewDeployment": "true"}, {"instanceId": "es-old", "isNewDeployment": "false"}]}).to_string())
}

#[tokio::test(start_paused = true)]
async fn every_row_of_any_number_of_pages() {
    for (count, requests) in [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (200, 3)] {
        let pages = (0..=count / 100).map(|at| page(at * 100, count.min(at * 100 + 100)));
        let script = Script::new([instances()].into_iter().chain(pages));
        let found = simple(&script).list(&Kind::from(kinds::ELASTICSEARCH), None, &|_| true).await.unwrap();
        let ids: BTreeSet<&str> = found.iter().map(|object| object.id.as_str()).collect();
        assert_eq!((ids.len(), script.asked().len()), (count, 1 + requests), "{count}");
        assert!(script.asked()[1].contains("vpc-endpoints?page=1&size=100"), "{:?}", script.asked());
    }
    // Rows that moved over the border of two pages come once; a page with nothing new ends it.
    let script = Script::new([instances(), page(0, 100), page(99, 150)]);
    let found = simple(&script).list(&Kind::from(kinds::ELASTICSEARCH), None, &|_| true).await.unwrap();
    assert_eq!(found.len(), 150);
    let script = Script::new([instances(), page(0, 100)]);
    let fault = simple(&script).list(&Kind::from(kinds::ELASTICSEARCH), None, &|_| true).await.unwrap_err();
    assert!(fault.fault.message.contains("nothing new"), "{fault}");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_is_sought_in_its_own_instance_once_that_is_known() {
    let script = Script::new([instances(), page(0, 2), page(0, 2), page(1, 2)]);
    let cloud = simple(&script);
    let kind = Kind::from(kinds::ELASTICSEARCH);
    assert!(cloud.get(&kind, "ep-0000").await.unwrap().is_some());
    assert!(cloud.get(&kind, "ep-0000").await.unwrap().is_some());
    assert_eq!(cloud.get(&kind, "ep-0000").await.unwrap(), None);
    assert_eq!(script.asked().len(), 4);
}

/// What keeps one instance from being asked says nothing of another one, and is no absence.
#[tokio::test(start_paused = true)]
async fn an_instance_that_cannot_be_asked_hides_nothing_and_keeps_nothing_back() {
    let two = || {
        let rows = [INSTANCE, "es-other"].map(|id| json!({"instanceId": id, "isNewDeployment": "true"}));
        ok(&json!({ "Result": rows }).to_string())
    };
    let kind = Kind::from(kinds::ELASTICSEARCH);
    for (code, is_absence) in [("Forbidden.RAM", false), ("ComponentCodeValueError", true)] {
        let answers = || [two(), error(400, code), page(0, 1)];
        let found = simple(&Script::new(answers())).get(&kind, "ep-0000").await.unwrap();
        assert!(found.is_some(), "{code}: it is in the other one");
        let sought = simple(&Script::new(answers())).get(&kind, "ep-0009").await;
        assert_eq!(sought.is_ok(), is_absence, "{code}: it may be in the first one");
        let all = simple(&Script::new(answers())).list(&kind, None, &|_| true).await;
        assert_eq!(all.is_ok(), is_absence, "{code}: there may be more");
        // Of an instance that had one it is a failed read, whatever it says.
        let cloud = simple(&Script::new([error(400, code)]));
        cloud.acquaint("ep-0000", INSTANCE);
        assert!(cloud.get(&kind, "ep-0000").await.is_err(), "{code}");
        let cloud = simple(&Script::new([page(0, 1)]));
        cloud.acquaint("ep-0000", INSTANCE);
        assert_eq!(cloud.list(&kind, None, &|id| id == "ep-0000").await.unwrap().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_lead_from_page_to_page() {
    let connection = |n: usize| json!({"ServiceId": "epsrv-1", "EndpointId": format!("ep-{n}"), "ConnectionStatus": "Connected", "EndpointOwnerId": 1_000_000_000_000_001_i64});
    let script = Script::new([
        ok(&json!({"Connections": [connection(1)], "NextToken": "n", "TotalCount": "2"}).to_string()),
        ok(&json!({"Connections": [connection(2)], "NextToken": ""}).to_string()),
    ]);
    let found = simple(&script).list(&Kind::from(kinds::ACCEPT), Some("epsrv-1"), &|_| true).await.unwrap();
    let ids: Vec<&str> = found.iter().map(|object| object.id.as_str()).collect();
    assert_eq!(ids, ["epsrv-1/ep-1", "epsrv-1/ep-2"]);
    assert_eq!(found[0].attributes.text("endpoint_owner_id"), Some("1000000000000001"));
    assert!(script.asked()[1].contains("NextToken=n") && script.asked()[1].contains("RegionId=cn-hangzhou"));
    let script = Script::new([ok(&json!({"Connections": [], "NextToken": "n"}).to_string())]);
    let fault =
        simple(&script).list(&Kind::from(kinds::ACCEPT), Some("epsrv-1"), &|_| true).await.unwrap_err();
    assert!(fault.fault.message.contains("does not end"), "{fault}");
}

#[tokio::test(start_paused = true)]
async fn absent_is_what_the_cloud_itself_says_is_not_there() {
    let service = Kind::from(kinds::SERVICE);
    let get = async |answer: Answer| simple(&Script::new([answer])).get(&service, "epsrv-1").await;
    assert_eq!(get(error(400, "EndpointServiceNotFound")).await, Ok(None));
    for answer in
        [status(404, ""), status(404, "<html>"), error(403, "NoPermission"), error(400, "UserNotOpen")]
    {
        assert!(get(answer.clone()).await.is_err());
    }
    // A success that carries a code is none; nor is one that cannot be read.
    let fault = get(error(200, "InstanceActivating")).await.unwrap_err();
    assert_eq!((fault.class, fault.fault.code.as_str()), (Class::State, "InstanceActivating"));
    assert_eq!(get(ok("")).await.unwrap_err().class, Class::Transport);
}

#[tokio::test(start_paused = true)]
async fn whose_the_keys_are_is_asked_once() {
    let answer = json!({"AccountId": "1234567890123456", "IdentityType": "Account"}).to_string();
    let script = Script::new([ok(&answer)]);
    let cloud = connected(&script, &[]);
    for _ in 0..2 {
        let identity = cloud.identity().await.unwrap();
        assert_eq!(
            (identity.account.as_str(), identity.region.as_str()),
            ("1234567890123456", "cn-hangzhou")
        );
    }
    assert_eq!(script.asked(), ["POST /"]);
    assert_eq!(script.header(0, "x-acs-action").as_deref(), Some("GetCallerIdentity"));
    assert_eq!(script.header(0, "host").as_deref(), Some("sts.cn-hangzhou.aliyuncs.com"));
    assert!(!format!("{cloud:?}").contains("CANARY"));
}
