//! What an exchange that did not succeed means: may it be sent again, and what is told if not. The
//! same for every cloud; what an answer says is for its provider to read. Pure decisions.

use std::time::Duration;

use http::StatusCode;

use super::{Attempt, Class, ReadFault, TransportFault, WriteFault};
use crate::planted::{self, Bug};
use crate::resource::Fault;

/// An answer that is no success, as its provider read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ErrorAnswer {
    pub(super) status: StatusCode,
    pub(super) class: Class,
    /// Whether the same request may succeed later without anything being changed.
    pub(super) retry: bool,
    /// Whether it is the service itself that speaks, not a gateway or proxy in front of it.
    pub(super) vouched: bool,
    /// The attribute that cannot be changed in place after all, if that is what it says.
    pub(super) unchangeable: Option<&'static str>,
    pub(super) fault: Fault,
}

impl ErrorAnswer {
    /// Whether the code is this one, in any case.
    pub(super) fn is(&self, code: &str) -> bool {
        self.fault.code.eq_ignore_ascii_case(code)
    }

    /// Whether the service itself says that what was named is not there. A 404 of a proxy, or of a
    /// gateway that does not know the path, says nothing about objects.
    pub(super) fn is_missing(&self) -> bool {
        self.vouched && self.class == Class::Missing
    }
}

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
    /// No answer of this host, for the transport's reason.
    pub(super) fn of_transport(host: &str, fault: TransportFault) -> Failure {
        match fault {
            TransportFault::NotSent(why) => {
                let advice = "Check the addresses in the provider block, and the network.".to_owned();
                let message = format!("{host} was not reached: {why}");
                Failure::NotSent(Fault { advice, ..Fault::message(message) })
            }
            TransportFault::NoAnswer(why) => {
                Failure::NoAnswer(Fault::message(format!("{host} did not answer: {why}")))
            }
        }
    }

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
                return Attempt::Done(Err(match answer.unchangeable {
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

/// What an unknown code means, by its status.
pub(super) fn class_by_status(status: StatusCode) -> Class {
    match status.as_u16() {
        401 | 403 => Class::Auth,
        404 => Class::Missing,
        409 => Class::Conflict,
        429 => Class::Throttle,
        500..=599 => Class::Internal,
        _ => Class::Input,
    }
}

/// Whether an unknown code passes by itself, by its status.
pub(super) fn retry_by_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// The beginning of a text answer on one line, without markup and control characters.
pub(super) fn plain(text: &str) -> String {
    let mut shown = String::new();
    let mut in_tag = false;
    for c in text.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                shown.push(' ');
            }
            _ if in_tag => {}
            c if c.is_whitespace() || c.is_control() => shown.push(' '),
            c => shown.push(c),
        }
        if shown.len() > 300 {
            break;
        }
    }
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}
