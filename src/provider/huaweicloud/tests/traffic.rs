//! Credentials on the wire: tokens, signatures, who we turn out to be.

use std::time::Duration;

use super::*;
use crate::provider::{Class, Read};
use crate::resource::Kind;

const PASSWORD: [(&str, &str); 3] =
    [("auth.username", "deployer"), ("auth.password", "CANARY"), ("auth.domain", "example-account")];

fn token(value: &str, expires: &str) -> Answer {
    let body = format!(
        r#"{{"token":{{"expires_at":"{expires}","project":{{"id":"{PROJECT}","name":"tr-west-1","domain":{{"id":"acc"}}}}}}}}"#
    );
    Answer(Ok((201, vec![("x-subject-token", value.to_owned())], body)))
}

fn nothing() -> Answer {
    ok(r#"{"endpoint_services":[],"total_count":0}"#)
}

async fn list(cloud: &Huawei) -> Result<usize, ReadFault> {
    cloud.list(&Kind::from("vpcep_service"), None, &|_| true).await.map(|found| found.len())
}

#[tokio::test(start_paused = true)]
async fn a_token_is_fetched_once_and_tells_who_we_are() {
    let script = Script::new([token("T1", "2025-01-03T03:04:05.855000Z"), nothing()]);
    let cloud = connected(&script, &PASSWORD);
    let lists = futures_util::future::join_all((0..8).map(|_| list(&cloud))).await;
    assert!(lists.iter().all(|result| *result == Ok(0)));
    assert_eq!(script.asked()[0], "POST /v3/auth/tokens?nocatalog=true");
    assert_eq!(script.asked().iter().filter(|asked| asked.starts_with("POST")).count(), 1);
    assert_eq!(
        script.body(0),
        serde_json::json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": "deployer", "password": "CANARY", "domain": {"name": "example-account"}}}},
            "scope": {"project": {"name": "tr-west-1"}}
        }})
    );
    assert_eq!(script.header(1, "x-auth-token").as_deref(), Some("T1"));
    let identity = cloud.identity().await.unwrap();
    assert_eq!((identity.account.as_str(), identity.project.as_str()), ("acc", PROJECT));
    assert!(!format!("{cloud:?}").contains("CANARY"));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_ends() {
    let script = Script::new([
        token("T1", "2025-01-03T03:04:05Z"),
        nothing(),
        nothing(),
        token("T2", "2025-01-04T03:04:05Z"),
        nothing(),
    ]);
    let cloud = connected(&script, &PASSWORD);
    list(&cloud).await.unwrap();
    tokio::time::sleep(Duration::from_secs(23 * 3600)).await;
    list(&cloud).await.unwrap();
    tokio::time::sleep(Duration::from_secs(55 * 60)).await;
    list(&cloud).await.unwrap();
    assert_eq!(script.header(2, "x-auth-token").as_deref(), Some("T1"));
    assert_eq!(script.header(4, "x-auth-token").as_deref(), Some("T2"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once() {
    let refused = || error(401, "APIGW.0301");
    let script = Script::new([
        token("T1", "2025-01-03T03:04:05Z"),
        refused(),
        token("T2", "2025-01-03T03:04:05Z"),
        nothing(),
    ]);
    let cloud = connected(&script, &PASSWORD);
    assert_eq!(list(&cloud).await, Ok(0));
    assert_eq!(script.header(3, "x-auth-token").as_deref(), Some("T2"));

    let script = Script::new([
        token("T1", "2025-01-03T03:04:05Z"),
        refused(),
        token("T2", "2025-01-03T03:04:05Z"),
        refused(),
    ]);
    let fault = list(&connected(&script, &PASSWORD)).await.unwrap_err();
    assert_eq!(fault.class, Class::Auth);
    assert_eq!(script.asked().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_tried_once() {
    let wrong =
        r#"{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}"#;
    let script = Script::new([status(401, wrong)]);
    let cloud = connected(&script, &PASSWORD);
    let lists = futures_util::future::join_all((0..8).map(|_| list(&cloud))).await;
    for result in lists {
        let fault = result.unwrap_err();
        assert_eq!(
            (fault.class, fault.fault.message.as_str()),
            (Class::Auth, "The username or password is wrong.")
        );
    }
    assert_eq!(script.asked().len(), 1);
}

const KEYS: [(&str, &str); 3] =
    [("auth.access_key", "AK"), ("auth.secret_key", "SK"), ("auth.security_token", "ST")];

#[tokio::test(start_paused = true)]
async fn keys_sign_and_look_the_project_up() {
    let projects = format!(r#"{{"projects":[{{"id":"{PROJECT}","name":"tr-west-1","domain_id":"acc"}}]}}"#);
    let script = Script::new([ok(&projects), nothing()]);
    let cloud = connected(&script, &KEYS);
    list(&cloud).await.unwrap();
    assert_eq!(script.asked()[0], "GET /v3/projects?name=tr-west-1");
    assert_eq!(script.header(0, "x-project-id"), None);
    assert_eq!(script.header(1, "x-project-id").as_deref(), Some(PROJECT));
    assert_eq!(script.header(1, "x-security-token").as_deref(), Some("ST"));
    assert_eq!(script.header(1, "host").as_deref(), Some("vpcep.tr-west-1.myhuaweicloud.com"));
    let signed = "SDK-HMAC-SHA256 Access=AK, \
                  SignedHeaders=content-type;host;x-project-id;x-sdk-date;x-security-token, Signature=";
    assert!(script.header(1, "authorization").unwrap().starts_with(signed));
    assert_eq!(cloud.identity().await.unwrap().account, "acc");
}

#[tokio::test(start_paused = true)]
async fn a_given_project_still_needs_the_account() {
    let script = Script::new([ok(r#"{"domains":[{"id":"acc","name":"n"}]}"#)]);
    let cloud = connected(&script, &[("auth.token", "t"), ("project_id", PROJECT)]);
    assert_eq!(cloud.identity().await.unwrap().account, "acc");
    assert_eq!(script.asked(), ["GET /v3/auth/domains"]);
    for body in [r#"{"projects":[]}"#, r#"{"projects":[{"id":"a"},{"id":"b"}]}"#] {
        let cloud = connected(&Script::new([ok(body)]), &KEYS);
        let fault = cloud.identity().await.unwrap_err();
        assert!(fault.fault.advice.contains("project_id"), "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_clouds_clock_is_learned_and_signs() {
    let late = Answer(Ok((
        401,
        vec![("date", "Thu, 02 Jan 2025 05:04:05 GMT".to_owned())],
        r#"{"error_code":"APIGW.0301","error_msg":"signature expired"}"#.to_owned(),
    )));
    let script = Script::new([late, nothing()]);
    let mut pairs = KEYS.to_vec();
    pairs.extend([("project_id", PROJECT), ("account_id", "acc")]);
    let cloud = connected(&script, &pairs);
    assert_eq!(cloud.clock_offset(), None);
    list(&cloud).await.unwrap();
    assert_eq!(script.header(0, "x-sdk-date").as_deref(), Some("20250102T030405Z"));
    assert_eq!(script.header(1, "x-sdk-date").as_deref(), Some("20250102T050405Z"));
    assert_eq!(cloud.clock_offset().map(|offset| offset.as_hours()), Some(1));
}

#[tokio::test(start_paused = true)]
async fn what_a_gateway_quotes_is_redacted() {
    let quoting =
        status(401, r#"{"error_code":"APIGW.0301","error_msg":"no: x-security-token:CANARY-ST|CANARY-SK"}"#);
    let pairs =
        [("auth.access_key", "AK"), ("auth.secret_key", "CANARY-SK"), ("auth.security_token", "CANARY-ST")];
    let fault = connected(&Script::new([quoting]), &pairs).identity().await.unwrap_err();
    assert_eq!(fault.fault.message, "no: x-security-token:(redacted)|(redacted)");
    assert!(fault.fault.advice.contains("expired"), "{}", fault.fault.advice);
}

#[tokio::test(start_paused = true)]
async fn reads_outlast_a_bad_quarter_of_an_hour_of_nothing_worse_than_throttling() {
    let mut answers: Vec<Answer> = (0..6).map(|_| error(400, "EndPoint.0022")).collect();
    answers.extend([status(429, ""), status(503, ""), lost(), nothing()]);
    let script = Script::new(answers);
    assert_eq!(list(&simple(&script)).await, Ok(0));
    assert_eq!(script.asked().len(), 10);
    // What will not pass is not repeated.
    let script = Script::new([error(400, "EndPoint.0017")]);
    assert_eq!(list(&simple(&script)).await.unwrap_err().class, Class::Input);
    assert_eq!(script.asked().len(), 1);
}
