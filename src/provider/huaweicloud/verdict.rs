//! What an exchange that did not succeed means: may it be sent again, and what is told if not.
//! Pure decisions (VPCEP API reference, section 7.3).

use std::time::Duration;

use super::errors::ErrorAnswer;
use crate::planted::{self, Bug};
use crate::provider::{Attempt, Class, ReadFault, WriteFault};
use crate::resource::Fault;

/// An exchange that did not succeed.
#[derive(Clone, Debug)]
pub(super) enum Failure {
    /// The request never left.
    NotSent(Fault),
    /// It left, and no answer came, or none that can be read.
    NoAnswer(Fault),
    /// There are no credentials to send it with.
    NoCredentials(ReadFault),
    /// The cloud answered with an error.
    Said { answer: Box<ErrorAnswer>, after: Option<Duration> },
}

impl Failure {
    /// For a read: everything that may pass by itself is tried again.
    pub(super) fn of_read<T>(self) -> Attempt<T, ReadFault> {
        match self {
            Failure::NotSent(fault) | Failure::NoAnswer(fault) => {
                again(ReadFault { class: Class::Transport, fault }, false, None)
            }
            Failure::NoCredentials(fault) => Attempt::Done(Err(fault)),
            Failure::Said { answer, after } => {
                let throttled = answer.class == Class::Throttle;
                let passing = throttled || (answer.class == Class::Internal && answer.retry);
                let fault = ReadFault { class: answer.class, fault: answer.fault };
                if passing { again(fault, throttled, after) } else { Attempt::Done(Err(fault)) }
            }
        }
    }

    /// For a write that `makes` something, or that can be repeated without harm. `doubt` says
    /// whether an earlier attempt may have happened; this sets it.
    pub(super) fn of_write<T>(self, makes: bool, doubt: &mut bool) -> Attempt<T, WriteFault> {
        let (fault, throttled, after) = match self {
            // Nothing happened: it may be sent again, whatever it is.
            Failure::NotSent(fault) => {
                return again(refused(Class::Transport, fault, *doubt), false, None);
            }
            Failure::Said { answer, after } if answer.class == Class::Throttle => {
                return again(refused(Class::Throttle, answer.fault, *doubt), true, after);
            }
            Failure::NoCredentials(fault) => {
                return Attempt::Done(Err(refused(fault.class, fault.fault, *doubt)));
            }
            // The cloud failed on the way: it may have happened, in part or as a whole.
            Failure::Said { answer, after } if answer.class == Class::Internal => {
                if !answer.retry && !makes {
                    return Attempt::Done(Err(refused(Class::Internal, answer.fault, *doubt)));
                }
                (answer.fault, false, after)
            }
            // The state may be our own earlier attempt's work, under way: it shows when it is done.
            Failure::Said { answer, after } if *doubt && answer.class == Class::State && answer.retry => {
                return again(WriteFault::Unanswered(answer.fault), false, after);
            }
            Failure::Said { answer, .. } => {
                return Attempt::Done(Err(match unchangeable(&answer) {
                    Some(attribute) => WriteFault::Unchangeable(attribute, answer.fault),
                    None => refused(answer.class, answer.fault, *doubt),
                }));
            }
            Failure::NoAnswer(fault) => (fault, false, None),
        };
        *doubt = true;
        let fault = WriteFault::Unanswered(fault);
        let may_repeat = !makes || planted::is(Bug::CreateRepeated);
        if !may_repeat { Attempt::Done(Err(fault)) } else { again(fault, throttled, after) }
    }
}

/// A refusal is only certain while no earlier attempt is in doubt.
fn refused(class: Class, fault: Fault, doubt: bool) -> WriteFault {
    if doubt { WriteFault::Unanswered(fault) } else { WriteFault::Refused(class, fault) }
}

fn again<T, E>(fault: E, throttled: bool, after: Option<Duration>) -> Attempt<T, E> {
    Attempt::Again { fault, throttled, after }
}

/// The attribute that the API refuses to change in place after all (section 10).
fn unchangeable(answer: &ErrorAnswer) -> Option<&'static str> {
    [("EndPoint.3054", "port_id"), ("EndPoint.3055", "ip")]
        .into_iter()
        .find_map(|(code, attribute)| answer.is(code).then_some(attribute))
}

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

    fn said(status: u16, code: &str) -> Failure {
        let body = format!(r#"{{"error_code":"{code}","error_msg":"m"}}"#);
        let body = if code.is_empty() { "" } else { &body };
        let answer =
            ErrorAnswer::read(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes());
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
