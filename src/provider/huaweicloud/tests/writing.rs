//! Calls on the wire: what is repeated, what is uncertain, what an answer tells.

use serde_json::json;

use super::*;
use crate::provider::{Call, Class, Effect, LEAVES_WITHIN, Reply, WriteFault};
use crate::resource::Kind;

fn first(kind: &str, effect: &Effect) -> Call {
    calls(&Kind::from(kind), effect).remove(0)
}

fn create_service() -> Call {
    first("vpcep_service", &Effect::Create { want: attributes(json!({"vpc_id": "v"})) })
}

fn delete(kind: &str, id: &str) -> Call {
    first(kind, &Effect::Delete { id: id.to_owned(), have: Attributes::new() })
}

async fn send(call: &Call, answers: impl IntoIterator<Item = Answer>) -> (Result<Reply, WriteFault>, usize) {
    let script = Script::new(answers);
    let result = simple(&script).send_call(call).await;
    (result, script.asked().len())
}

const MADE: &str = r#"{"id":"s","status":"creating","service_name":"r.n.s"}"#;

#[tokio::test(start_paused = true)]
async fn a_create_is_sent_again_only_when_nothing_happened() {
    let call = create_service();
    let (result, sent) = send(&call, [ok(MADE)]).await;
    assert_eq!(result.unwrap().object.unwrap().id, "s");
    assert_eq!(sent, 1);
    let (result, sent) = send(&call, [error(400, "EndPoint.0022"), status(429, ""), ok(MADE)]).await;
    assert!(result.is_ok());
    assert_eq!(sent, 3);
    for answer in
        [lost(), status(502, ""), error(500, "EndPoint.0001"), error(504, "EndPoint.0013"), ok("{}"), ok("")]
    {
        let (result, sent) = send(&call, [answer, ok(MADE)]).await;
        assert!(matches!(result, Err(WriteFault::Unanswered(_))), "{result:?}");
        assert_eq!(sent, 1);
    }
    let (result, _) = send(&call, [error(400, "EndPoint.3044")]).await;
    let Err(WriteFault::Refused(Class::Conflict, fault)) = result else { panic!("{result:?}") };
    assert!(fault.meaning.contains("same back end"), "{fault:?}");
}

/// Whoever finds the beginning of a creation without its end knows by when it has left.
#[tokio::test(start_paused = true)]
async fn a_create_leaves_soon_or_not_at_all() {
    let call = create_service();
    let mut answers = vec![error(400, "EndPoint.0022"); 10];
    answers.push(ok(MADE));
    let script = Script::new(answers.clone());
    let started = tokio::time::Instant::now();
    let result = simple(&script).send_call(&call).await;
    assert!(matches!(result, Err(WriteFault::Refused(Class::Throttle, _))), "{result:?}");
    assert!(script.asked().len() < 8 && started.elapsed() < LEAVES_WITHIN * 2, "{:?}", started.elapsed());
    // What can be repeated without harm has no such bound.
    let script = Script::new(answers);
    assert!(simple(&script).send_call(&delete("vpcep_service", "s")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_delete_is_repeated_until_it_is_known() {
    let call = delete("vpcep_service", "s");
    for code in [200, 202, 204] {
        let (result, _) = send(&call, [status(code, "whatever")]).await;
        assert_eq!(result, Ok(Reply { object: None }));
    }
    let (result, sent) = send(&call, [lost(), status(503, ""), error(404, "EndPoint.0005")]).await;
    assert_eq!(result, Ok(Reply { object: None }));
    assert_eq!(sent, 3);
    let (result, _) = send(&call, [error(400, "EndPoint.3006")]).await;
    assert!(matches!(result, Err(WriteFault::Refused(Class::State, _))), "{result:?}");
    let (result, _) = send(&call, [lost()]).await;
    assert!(matches!(result, Err(WriteFault::Unanswered(_))), "{result:?}");
}

#[tokio::test(start_paused = true)]
async fn a_decision_answers_with_the_connection() {
    let want = json!({"endpoint_service_id": SERVICE_ID, "endpoint_id": ENDPOINT_ID, "decision": "accept"});
    let call = first("vpcep_accept", &Effect::Create { want: attributes(want) });
    let body = json!({"connections": [{"id": ENDPOINT_ID, "status": "accepted"}]}).to_string();
    let (result, _) = send(&call, [ok(&body)]).await;
    let object = result.unwrap().object.unwrap();
    assert_eq!(object.id, format!("{SERVICE_ID}/{ENDPOINT_ID}"));
    assert_eq!(object.attributes.text("decision"), Some("accept"));
    let (result, _) = send(&call, [lost(), error(400, "Endpoint.2014")]).await;
    let object = result.unwrap().object.unwrap();
    assert_eq!(object.id, format!("{SERVICE_ID}/{ENDPOINT_ID}"));
    assert_eq!(object.attributes.text("decision"), None);
    let (result, _) = send(&call, [error(400, "EndPoint.2019")]).await;
    assert!(matches!(result, Err(WriteFault::Refused(Class::State, _))), "{result:?}");
}

#[tokio::test(start_paused = true)]
async fn a_whitelist_is_named_by_its_service() {
    let want = json!({"endpoint_service_id": "s", "permissions": [{"permission": "*"}]});
    let call = first("vpcep_whitelist", &Effect::Create { want: attributes(want) });
    let (result, _) = send(&call, [ok(r#"{"permissions":["*"]}"#)]).await;
    let object = result.unwrap().object.unwrap();
    assert_eq!(
        (object.id.as_str(), json(&object.attributes)),
        ("s", json!({"id": "s", "endpoint_service_id": "s"}))
    );
}

#[tokio::test(start_paused = true)]
async fn route_tables_that_fail_in_part_are_named() {
    let effect = Effect::Update {
        id: "e".into(),
        have: Attributes::new(),
        want: attributes(json!({"routetables": ["a", "b"]})),
    };
    let call = first("vpcep_endpoint", &effect);
    let body = r#"{"routetables":["a"],"error":[{"bind_failed":[{"id":"b","error_message":"not found"}]}]}"#;
    let (result, _) = send(&call, [ok(body)]).await;
    let Err(WriteFault::Refused(_, fault)) = result else { panic!("{result:?}") };
    assert_eq!(fault.message, "route table b was not bound: not found");
    let (result, _) = send(&call, [ok(r#"{"routetables":["a","b"],"error":[]}"#)]).await;
    assert_eq!(result, Ok(Reply { object: None }));
}

#[tokio::test(start_paused = true)]
async fn a_call_of_version_two_goes_there_and_is_repeated() {
    let effect = Effect::Create { want: attributes(json!({"edition": "professional"})) };
    let call = calls(&Kind::from("vpcep_service"), &effect).remove(1).for_object("s");
    assert_eq!(call.sets.as_deref(), Some("edition"));
    let script = Script::new([lost(), status(204, "")]);
    assert_eq!(simple(&script).send_call(&call).await, Ok(Reply { object: None }));
    let path = format!("POST /v2/{PROJECT}/vpc-endpoint-services/s/upgrade");
    assert_eq!(script.asked(), [path.clone(), path]);
}

#[tokio::test(start_paused = true)]
async fn a_port_that_cannot_change_after_all() {
    let effect =
        Effect::Update { id: "s".into(), have: Attributes::new(), want: attributes(json!({"port_id": "q"})) };
    let (result, _) = send(&first("vpcep_service", &effect), [error(400, "EndPoint.3054")]).await;
    assert!(matches!(result, Err(WriteFault::Unchangeable("port_id", _))), "{result:?}");
}
