//! The transport against a server of the test.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

struct Slow(Arc<AtomicUsize>, Arc<AtomicUsize>);

impl Handler for Slow {
    fn handle(
        &self,
        _: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, String>> + Send>> {
        let (now, most) = (self.0.clone(), self.1.clone());
        Box::pin(async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(1)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(http::Response::new(Bytes::from_static(
                br#"{"credential":{"access":"AKCANARY","secret":"SKCANARY"},"note":"has CANARY-3 in it"}"#,
            )))
        })
    }
}

fn request(body: &'static str) -> http::Request<Bytes> {
    http::Request::post("http://cloud.example/x?y=CANARY-3")
        .header("X-Auth-Token", "CANARY-1")
        .body(body.into())
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_limit_are_in_flight_and_all_are_counted() {
    let most = Arc::new(AtomicUsize::new(0));
    let transport = Transport::in_process(Arc::new(Slow(Arc::default(), most.clone())), 3);
    let sends = (0..10).map(|_| transport.send("read_it", request("")));
    futures_util::future::join_all(sends).await;
    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!(transport.counts(), BTreeMap::from([("read_it".to_owned(), 10)]));
}

#[tokio::test(start_paused = true)]
async fn the_log_holds_no_secret() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let hook: LogHook = {
        let lines = lines.clone();
        Arc::new(move |line: &LogLine| lines.lock().unwrap().push(line.clone()))
    };
    let transport = Transport::in_process(Arc::new(Slow(Arc::default(), Arc::default())), 3).logged(hook);
    transport.conceal(SecretString::from("CANARY-3"));
    transport.send("create_token", request(r#"{"auth":{"x":"CANARY-2"}}"#)).await.unwrap();
    transport.send("update", request(r#"{"a":[{"password":"CANARY-2"}],"b":"CANARY-3"}"#)).await.unwrap();
    let shown = format!("{:?}", lines.lock().unwrap());
    assert!(!shown.contains("CANARY"), "{shown}");
    assert!(shown.contains("(redacted)") && shown.contains("has "), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up() {
    struct Silent;
    impl Handler for Silent {
        fn handle(
            &self,
            _: http::Request<Bytes>,
        ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, String>> + Send>> {
            Box::pin(std::future::pending())
        }
    }
    let transport = Transport::in_process(Arc::new(Silent), 1);
    let fault = transport.send("x", request("")).await.unwrap_err();
    assert_eq!(fault, TransportFault::NoAnswer("no answer within 90 seconds".into()));
}

#[tokio::test]
async fn a_refused_connection_was_never_sent() {
    let transport = Transport::http(1);
    let request = http::Request::get("http://127.0.0.1:1/").body(Bytes::new()).unwrap();
    assert!(matches!(transport.send("x", request).await, Err(TransportFault::NotSent(_))));
}

#[test]
fn a_file_without_certificates_is_refused() {
    assert!(Transport::http(1).trusting(b"nothing").is_err());
}
