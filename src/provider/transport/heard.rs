//! What goes over the way, for who listens: the questions and the answers in the clouds' own words, without the
//! credentials.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Uri};

/// Who is told of answers.
pub type Listener = Arc<dyn Fn(Heard) + Send + Sync>;

/// One exchange.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The provider block whose request it was.
    pub block: Arc<str>,
    /// The operation's name.
    pub operation: String,
    /// The method.
    pub method: Method,
    /// The address.
    pub uri: Uri,
    /// The status of the answer.
    pub status: u16,
    /// Its body.
    pub answer: Bytes,
}

impl Heard {
    /// The half that the request tells.
    pub(super) fn asked(block: Arc<str>, operation: &str, request: &Request<Bytes>) -> Heard {
        Heard {
            block,
            operation: operation.to_owned(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            status: 0,
            answer: Bytes::new(),
        }
    }
}
