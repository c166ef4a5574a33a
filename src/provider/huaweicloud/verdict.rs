//! Refusals that are none (VPCEP API reference, section 7.3).

use crate::provider::verdict::ErrorAnswer;

/// Whether a refused call had its effect all the same: the object was there already, or is gone.
pub(super) fn is_done(operation: &str, body: Option<&serde_json::Value>, answer: &ErrorAnswer) -> bool {
    match operation {
        "delete_service" => answer.is_missing(),
        // A second deletion finds the first one on its way.
        "delete_endpoint" => answer.is_missing() || answer.is("EndPoint.2018"),
        "remove_permissions" => answer.is_missing(),
        "decide_connection" => {
            let action = body.and_then(|body| body.get("action")).and_then(|action| action.as_str());
            match action {
                Some("receive") => answer.is("EndPoint.2014"),
                // The connection ends with its endpoint.
                _ => answer.is("EndPoint.2018") || answer.is("EndPoint.2006"),
            }
        }
        "delete_policy" => answer.is_missing() || answer.is("EndPoint.2049"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::provider::verdict::Failure;
    use crate::provider::{Attempt, WriteFault};
    use crate::resource::Fault;

    fn said(status: u16, code: &str) -> Failure {
        let body = format!(r#"{{"error_code":"{code}","error_msg":"m"}}"#);
        let body = if code.is_empty() { "" } else { &body };
        let answer = crate::provider::huaweicloud::errors::read(
            StatusCode::from_u16(status).unwrap(),
            &HeaderMap::new(),
            body.as_bytes(),
        );
        Failure::Said { answer: Box::new(answer), after: None }
    }

    fn lost() -> Failure {
        Failure::NoAnswer(Fault::message("cut"))
    }

    fn unsent() -> Failure {
        Failure::NotSent(Fault::message("refused"))
    }

    fn word<E: std::fmt::Debug>(attempt: &Attempt<(), E>, of: impl Fn(&E) -> &'static str) -> &'static str {
        match attempt {
            Attempt::Done(Ok(())) => "ok",
            Attempt::Done(Err(fault)) => of(fault),
            Attempt::Again { throttled: true, .. } => "again, slower",
            Attempt::Again { .. } => "again",
        }
    }

    fn kind(fault: &WriteFault) -> &'static str {
        match fault {
            WriteFault::Refused(..) => "refused",
            WriteFault::Unchangeable(..) => "unchangeable",
            WriteFault::Unanswered(_) => "unanswered",
        }
    }

    #[test]
    fn who_is_tried_again() {
        // What happened: a read, a write that can be repeated, a write that makes something.
        for (failure, read, repeatable, makes) in [
            (unsent(), "again", "again", "again"),
            (lost(), "again", "again", "unanswered"),
            (said(429, ""), "again, slower", "again, slower", "again, slower"),
            (said(400, "EndPoint.0022"), "again, slower", "again, slower", "again, slower"),
            (said(503, ""), "again", "again", "unanswered"),
            (said(502, ""), "again", "again", "unanswered"),
            (said(500, "EndPoint.0001"), "again", "again", "unanswered"),
            (said(504, "EndPoint.0013"), "again", "again", "unanswered"),
            (said(504, "EndPoint.0011"), "fault", "refused", "refused"),
            (said(400, "EndPoint.2022"), "again", "again", "unanswered"),
            (said(400, "EndPoint.2016"), "fault", "refused", "unanswered"),
            (said(400, "EndPoint.2004"), "fault", "refused", "refused"),
            (said(400, "EndPoint.3045"), "fault", "refused", "refused"),
            (said(400, "EndPoint.3054"), "fault", "unchangeable", "unchangeable"),
            (said(400, "EndPoint.3044"), "fault", "refused", "refused"),
            (said(401, "APIGW.0301"), "fault", "refused", "refused"),
            (said(404, ""), "fault", "refused", "refused"),
        ] {
            let shown = format!("{failure:?}");
            assert_eq!(word(&failure.clone().of_read::<()>(), |_| "fault"), read, "{shown}");
            assert_eq!(word(&failure.clone().of_write::<()>(false, &mut false), kind), repeatable, "{shown}");
            assert_eq!(word(&failure.of_write::<()>(true, &mut false), kind), makes, "{shown}");
        }
    }

    #[test]
    fn after_a_lost_answer_a_refusal_is_not_certain() {
        let mut doubt = false;
        let _ = lost().of_write::<()>(false, &mut doubt);
        assert!(doubt);
        assert_eq!(word(&said(400, "EndPoint.3049").of_write::<()>(false, &mut doubt), kind), "unanswered");
        // What the lost call began may be in the way of its repetition, for a while.
        assert_eq!(word(&said(400, "EndPoint.2019").of_write::<()>(false, &mut doubt), kind), "again");
        let attempt = unsent().of_write::<()>(false, &mut doubt);
        assert!(matches!(attempt, Attempt::Again { fault: WriteFault::Unanswered(_), .. }));
    }

    #[test]
    fn some_refusals_are_successes() {
        let receive = serde_json::json!({"action": "receive"});
        for (operation, body, status, code, done) in [
            ("delete_service", None, 404, "EndPoint.0005", true),
            ("delete_service", None, 400, "EndPoint.2003", true),
            ("delete_service", None, 400, "EndPoint.3006", false),
            ("delete_service", None, 404, "", false),
            ("delete_endpoint", None, 404, "EndPoint.2008", true),
            ("delete_endpoint", None, 404, "EndPoint.2007", true),
            ("decide_connection", Some(&receive), 400, "Endpoint.2014", true),
            ("decide_connection", Some(&receive), 400, "EndPoint.2019", false),
            ("decide_connection", None, 400, "EndPoint.2014", false),
            ("delete_policy", None, 400, "EndPoint.2049", true),
            ("update_service", None, 404, "EndPoint.0005", false),
        ] {
            let Failure::Said { answer, .. } = said(status, code) else { unreachable!() };
            assert_eq!(is_done(operation, body, &answer), done, "{operation} {code}");
        }
    }
}
