//! The request log: every exchange, without anything that is secret.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};

use super::TransportFault;

/// Who is told about exchanges.
pub type LogHook = Arc<dyn Fn(&LogLine) + Send + Sync>;

/// One exchange, redacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The operation's name.
    pub operation: String,
    /// The method.
    pub method: String,
    /// The address.
    pub url: String,
    /// The request's body, if it has one.
    pub sent: String,
    /// The answer's status; none if there was no answer.
    pub status: Option<u16>,
    /// The answer's request id.
    pub request_id: String,
    /// The answer's body, or why there is none.
    pub received: String,
    /// How long it took.
    pub took: Duration,
}

pub(super) struct Logger {
    hook: Option<LogHook>,
    concealed: Mutex<Vec<SecretString>>,
}

/// The headers in which clouds tell a request's id.
const REQUEST_IDS: [&str; 2] = ["x-request-id", "x-acs-request-id"];

/// Fields of bodies whose values are secret, wherever they stand.
const SECRET_FIELDS: [&str; 9] = [
    "password",
    "secret",
    "secret_key",
    "access",
    "access_key",
    "securitytoken",
    "security_token",
    "token_id",
    "x-auth-token",
];

/// Operations whose bodies are credentials.
const SECRET_OPERATIONS: [&str; 1] = ["create_token"];

impl Logger {
    pub(super) fn new(hook: Option<LogHook>) -> Logger {
        Logger { hook, concealed: Mutex::default() }
    }

    pub(super) fn conceal(&self, secret: SecretString) {
        if self.hook.is_none() || secret.expose_secret().is_empty() {
            return;
        }
        let mut concealed = self.concealed.lock().expect("no panic while concealing");
        for form in forms(secret.expose_secret()) {
            // The longest first, so that of a secret which begins like another one nothing is left.
            let at = concealed.partition_point(|other| other.expose_secret().len() > form.len());
            let same = |other: &SecretString| other.expose_secret() == form;
            let alike = concealed[at..].iter().take_while(|other| other.expose_secret().len() == form.len());
            if !alike.into_iter().any(same) {
                concealed.insert(at, SecretString::from(form));
            }
        }
    }

    /// The half of a line that the request gives; none without a hook, so that nothing is formatted.
    pub(super) fn note(&self, operation: &str, request: &http::Request<Bytes>) -> Option<LogLine> {
        self.hook.as_ref()?;
        Some(LogLine {
            operation: operation.to_owned(),
            method: request.method().to_string(),
            url: self.clean(&request.uri().to_string()),
            sent: self.body(operation, request.body()),
            status: None,
            request_id: String::new(),
            received: String::new(),
            took: Duration::ZERO,
        })
    }

    pub(super) fn tell(
        &self,
        mut line: LogLine,
        result: &Result<http::Response<Bytes>, TransportFault>,
        took: Duration,
    ) {
        let Some(hook) = &self.hook else { return };
        line.took = took;
        match result {
            Ok(response) => {
                line.status = Some(response.status().as_u16());
                let id = REQUEST_IDS.iter().find_map(|name| response.headers().get(*name)?.to_str().ok());
                line.request_id = self.clean(id.unwrap_or_default());
                line.received = self.body(&line.operation, response.body());
            }
            Err(fault) => line.received = self.clean(&fault.to_string()),
        }
        hook(&line);
    }

    fn body(&self, operation: &str, body: &[u8]) -> String {
        if body.is_empty() {
            return String::new();
        }
        if SECRET_OPERATIONS.contains(&operation) {
            return "(redacted)".to_owned();
        }
        match serde_json::from_slice::<serde_json::Value>(body) {
            Ok(mut json) => {
                redact(&mut json);
                self.clean(&json.to_string())
            }
            Err(_) => self.clean(&String::from_utf8_lossy(body)),
        }
    }

    fn clean(&self, text: &str) -> String {
        let concealed = self.concealed.lock().expect("no panic while concealing");
        concealed
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret.expose_secret(), "(redacted)"))
    }
}

/// A secret as it may stand in an exchange: as it is, in JSON, and in an address.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let encoded =
        percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string();
    let mut forms = vec![secret.to_owned(), json, encoded];
    forms.dedup();
    forms
}

/// Replaces the values of secret fields. Bodies are a few levels deep; what is deeper is dropped.
fn redact(json: &mut serde_json::Value) {
    let mut open = vec![json];
    while let Some(value) = open.pop() {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    if SECRET_FIELDS.contains(&name.to_ascii_lowercase().as_str()) && !value.is_object() {
                        *value = "(redacted)".into();
                    } else {
                        open.push(value);
                    }
                }
            }
            serde_json::Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}
