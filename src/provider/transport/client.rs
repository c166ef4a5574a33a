//! The HTTP clients: built here and nowhere else, with deadlines, limits and verified peers.

use std::sync::OnceLock;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Certificate, Client, redirect};

use super::TransportFault;

/// The largest answer that is read.
const LARGEST: usize = 32 << 20;

/// One client for `https`, one for endpoints that were explicitly written as `http`: a machine
/// without certificate authorities cannot build the first, and the second needs none.
#[derive(Default)]
pub(super) struct Clients {
    extra: Vec<Certificate>,
    secure: OnceLock<Result<Client, String>>,
    plain: OnceLock<Result<Client, String>>,
}

impl Clients {
    /// Clients that trust these certificates besides the machine's.
    pub(super) fn trusting(pem: &[u8]) -> Result<Clients, String> {
        let extra = Certificate::from_pem_bundle(pem).map_err(|error| chain(&error))?;
        if extra.is_empty() {
            return Err("it holds no certificate".to_owned());
        }
        Ok(Clients { extra, ..Clients::default() })
    }

    /// Sends a request and reads the answer, no further than the limit.
    pub(super) async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportFault> {
        let client = self.client(request.uri()).map_err(TransportFault::NotSent)?;
        let (mut parts, body) = request.into_parts();
        // The client derives it from the address, for HTTP/1 and HTTP/2 alike.
        parts.headers.remove(http::header::HOST);
        let request = reqwest::Request::try_from(http::Request::from_parts(parts, body))
            .map_err(|error| TransportFault::NotSent(chain(&error)))?;
        let mut answer = client.execute(request).await.map_err(|error| {
            let text = chain(&error);
            if error.is_connect() || error.is_builder() {
                TransportFault::NotSent(text)
            } else {
                TransportFault::NoAnswer(text)
            }
        })?;
        let mut body = BytesMut::new();
        while let Some(chunk) =
            answer.chunk().await.map_err(|error| TransportFault::NoAnswer(chain(&error)))?
        {
            if body.len() + chunk.len() > LARGEST {
                return Err(TransportFault::NoAnswer(format!("the answer is larger than {LARGEST} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = http::Response::new(body.freeze());
        *response.status_mut() = answer.status();
        std::mem::swap(response.headers_mut(), answer.headers_mut());
        Ok(response)
    }

    fn client(&self, uri: &http::Uri) -> Result<&Client, String> {
        let plain = uri.scheme_str() == Some("http");
        let made = if plain { &self.plain } else { &self.secure };
        made.get_or_init(|| build(plain, &self.extra)).as_ref().map_err(Clone::clone)
    }
}

fn build(plain: bool, extra: &[Certificate]) -> Result<Client, String> {
    // A second call finds the first one's provider, which is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder()
        .user_agent(concat!("landbridge/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(Duration::from_secs(60))
        .redirect(redirect::Policy::none());
    let builder = match (plain, extra) {
        (true, _) => builder.tls_certs_only([]),
        (false, []) => builder.https_only(true),
        (false, extra) => builder.https_only(true).tls_certs_merge(extra.iter().cloned()),
    };
    builder.build().map_err(|error| {
        let text = chain(&error);
        if plain {
            return text;
        }
        format!("{text}; this machine seems to have no certificate authorities: install them, or set ca_file")
    })
}

/// The error with its causes, and without the address, which may be long.
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut next: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    if text.is_empty() { error.to_string() } else { text }
}
