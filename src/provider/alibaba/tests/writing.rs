//! Calls on the wire: what is repeated and with what, what is uncertain, what an answer tells.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::provider::{Call, Class, Effect, Reply, WriteFault};
use crate::resource::Kind;

fn creation() -> Call {
    let want = attributes(json!({"instance_id": INSTANCE, "service_id": "epsrv-1", "zone_id": "z"}));
    let call = calls(&Kind::from(kinds::ELASTICSEARCH), &Effect::Create { want }).remove(0);
    tokened(&call, "token-1").unwrap()
}

fn deletion() -> Call {
    let have = attributes(json!({"instance_id": INSTANCE}));
    let effect = Effect::Delete { id: "ep-1".to_owned(), have };
    tokened(&calls(&Kind::from(kinds::ELASTICSEARCH), &effect).remove(0), "token-2").unwrap()
}

async fn send(call: &Call, answers: impl IntoIterator<Item = Answer>) -> (Result<Reply, WriteFault>, Script) {
    let script = Script::new(answers);
    let result = simple(&script).send_call(call).await;
    (result, script)
}

const MADE: &str = r#"{"RequestId":"R","Result":{"endpointId":"ep-1","endpointName":"n","endpointDomain":"d","serviceId":"epsrv-1"}}"#;

#[tokio::test(start_paused = true)]
async fn a_repeat_has_the_same_token_and_nothing_else_of_the_first() {
    let (result, script) = send(&creation(), [lost(), error(500, "InternalError"), ok(MADE)]).await;
    assert_eq!(result.unwrap().object.unwrap().attributes.text("instance_id"), Some(INSTANCE));
    let asked = script.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|one| one.ends_with("/vpc-endpoints?ClientToken=token-1")), "{asked:?}");
    let nonces: std::collections::BTreeSet<_> =
        (0..3).map(|n| script.header(n, "x-acs-signature-nonce")).collect();
    assert_eq!(nonces.len(), 3);
    assert_eq!(script.header(2, "x-acs-security-token").as_deref(), Some("TOKEN-CANARY"));
    assert_eq!(script.body(0), json!({"serviceId": "epsrv-1", "zoneId": "z"}));
    // Without a token the answer that is missing may not be asked for again.
    let bare = Call { client_token: None, ..creation() };
    let (result, script) = send(&bare, [lost(), ok(MADE)]).await;
    assert!(matches!(result, Err(WriteFault::Unanswered(_))), "{result:?}");
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn false_is_no_success() {
    let refused = || ok(r#"{"RequestId":"R-1","Result":false}"#);
    let listed = |rows: &str| ok(&format!(r#"{{"RequestId":"R-2","Result":[{rows}]}}"#));
    let there = listed(r#"{"endpointId":"ep-1","serviceId":"epsrv-1","endpointStatus":"Active"}"#);
    for answers in [vec![refused(), there], vec![refused(), error(403, "Forbidden.RAM")]] {
        let (result, _) = send(&deletion(), answers).await;
        let Err(WriteFault::Refused(Class::State, fault)) = result else { panic!("{result:?}") };
        assert_eq!(fault.request_id, "R-1");
    }
    // What says that it did not delete may have done so before.
    let leaving = listed(r#"{"endpointId":"ep-1","serviceId":"epsrv-1","endpointStatus":"Deleting"}"#);
    for answers in [[refused(), listed("")], [refused(), leaving]] {
        assert!(send(&deletion(), answers).await.0.is_ok());
    }
    let (result, _) = send(&deletion(), [ok(r#"{"RequestId":"R","Result":true}"#)]).await;
    assert!(result.is_ok());
    // What is gone already was deleted.
    for code in ["EndpointNotFound", "InstanceNotFound", "RepetitionOperationError"] {
        assert!(send(&deletion(), [error(400, code)]).await.0.is_ok(), "{code}");
    }
    let (result, _) = send(&creation(), [error(400, "EndpointServiceNotAuthorized")]).await;
    let Err(WriteFault::Refused(Class::Auth, fault)) = result else { panic!("{result:?}") };
    assert!(fault.advice.contains("whitelist"), "{fault:?}");
}

#[tokio::test(start_paused = true)]
async fn the_wait_that_is_asked_for_is_in_milliseconds() {
    let hinted = Answer(Ok((
        400,
        vec![("x-acs-retry-after", "7000".to_owned())],
        r#"{"Code":"Throttling.User","Message":"m"}"#.to_owned(),
    )));
    let started = tokio::time::Instant::now();
    let (result, script) = send(&deletion(), [hinted, ok(r#"{"Result":true}"#)]).await;
    assert!(result.is_ok() && script.asked().len() == 2);
    let took = started.elapsed();
    assert!(took >= Duration::from_secs(7) && took < Duration::from_secs(15), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_signature_does_not_tell_our_secrets() {
    let body =
        r#"{"Code":"SignatureDoesNotMatch","Message":"calculation: x-acs-security-token:TOKEN-CANARY"}"#;
    let (result, _) = send(&deletion(), [status(400, body)]).await;
    let Err(WriteFault::Refused(Class::Auth, fault)) = result else { panic!("{result:?}") };
    assert!(!fault.message.contains("CANARY") && fault.message.contains("(redacted)"), "{fault:?}");
    // Nor does it tell the request, which holds whatever was sent (trap 35).
    let body = r#"{"Code":"SignatureDoesNotMatch","Message":"Specified signature does not match our calculation. server canonical request is POST / Zone.1.ip=SECRET"}"#;
    let (result, _) = send(&deletion(), [status(400, body)]).await;
    let Err(WriteFault::Refused(_, fault)) = result else { panic!("{result:?}") };
    assert_eq!(fault.message, "Specified signature does not match our calculation.");
}

/// PrivateLink says by a code that a trial passes: a success may mean that it was done.
#[tokio::test(start_paused = true)]
async fn a_trial_that_looks_done_did_not_pass() {
    let want = attributes(json!({"description": "hooks", "auto_accept_enabled": false}));
    let effect = Effect::Create { want };
    let call = triable(&Kind::from(kinds::SERVICE), &effect).remove(0);
    for (answer, passes) in [(error(400, "DryRunOperation"), true), (ok(r#"{"ServiceId":"epsrv-1"}"#), false)]
    {
        let script = Script::new([answer]);
        assert_eq!(simple(&script).dry_run(&call).await.is_ok(), passes);
    }
}

/// The cloud's clock is another one: the time is told once more by that.
#[tokio::test(start_paused = true)]
async fn an_expired_time_is_told_again_by_the_clouds_clock() {
    let date = ("date", "Mon, 06 May 2024 09:08:09 GMT".to_owned());
    let expired =
        Answer(Ok((400, vec![date], r#"{"Code":"InvalidTimeStamp.Expired","Message":"m"}"#.to_owned())));
    let (result, script) = send(&deletion(), [expired, ok(r#"{"Result":true}"#)]).await;
    assert!(result.is_ok());
    let told = script.header(1, "x-acs-date").unwrap();
    assert!(told.starts_with("2024-05-06T09:08:"), "{told}");
}
