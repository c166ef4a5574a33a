//! The way to a cloud: HTTP, or a handler in this process. Everything that is sent goes through
//! here, so this is where requests in flight are bounded, counted and logged.

mod client;
mod heard;
mod log;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use self::client::Clients;
pub use self::heard::{Heard, Listener};
use self::log::Logger;
pub use self::log::{LogHook, LogLine};
use crate::provider::SettingFault;
use crate::resource::Value;

/// How long one exchange may take, from the first byte sent to the last one read.
const WHOLE: Duration = Duration::from_secs(90);

/// A server in this process.
pub trait Handler: Send + Sync {
    /// Answers one request. An error is a connection that broke before an answer came.
    fn handle(
        &self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, String>> + Send>>;
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportFault {
    /// The request never left: nothing can have happened.
    #[error("{0}")]
    NotSent(String),
    /// It left, and no whole answer came back.
    #[error("{0}")]
    NoAnswer(String),
}

enum Way {
    Http(Clients),
    InProcess(Arc<dyn Handler>),
}

/// What all transports of a run share.
struct Shared {
    slots: Semaphore,
    logger: Logger,
    counts: Mutex<BTreeMap<String, u64>>,
    listener: Mutex<Option<Listener>>,
}

/// The way to a cloud. Clones share their limit of requests in flight.
#[derive(Clone)]
pub struct Transport {
    way: Arc<Way>,
    /// Whose requests these are.
    of: Arc<str>,
    shared: Arc<Shared>,
}

impl Transport {
    /// Over HTTP, with at most `parallelism` requests in flight.
    pub fn http(parallelism: usize) -> Transport {
        Transport::new(Way::Http(Clients::default()), parallelism, None)
    }

    /// To a handler in this process.
    pub fn in_process(handler: Arc<dyn Handler>, parallelism: usize) -> Transport {
        Transport::new(Way::InProcess(handler), parallelism, None)
    }

    fn new(way: Way, parallelism: usize, hook: Option<LogHook>) -> Transport {
        let shared = Shared {
            slots: Semaphore::new(parallelism.max(1)),
            logger: Logger::new(hook),
            counts: Mutex::default(),
            listener: Mutex::default(),
        };
        Transport { way: Arc::new(way), of: Arc::from(""), shared: Arc::new(shared) }
    }

    /// The same way, and every exchange is told to `hook`, without secrets. It starts its own
    /// counters and limit, so it is called before clones are made.
    #[must_use]
    pub fn logged(self, hook: LogHook) -> Transport {
        let slots = self.shared.slots.available_permits();
        let shared = Shared {
            slots: Semaphore::new(slots),
            logger: Logger::new(Some(hook)),
            counts: Mutex::default(),
            listener: Mutex::default(),
        };
        Transport { way: self.way, of: self.of, shared: Arc::new(shared) }
    }

    /// The same transport, which trusts these certificates (PEM) besides the machine's.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn trusting(&self, pem: &[u8]) -> Result<Transport, String> {
        let way = match &*self.way {
            Way::Http(_) => Arc::new(Way::Http(Clients::trusting(pem)?)),
            Way::InProcess(_) => self.way.clone(),
        };
        Ok(Transport { way, of: self.of.clone(), shared: self.shared.clone() })
    }

    /// The same for the certificates of a provider block, if it names any.
    ///
    /// # Errors
    /// If they cannot be read, by the name of their setting.
    pub fn trusting_also(&self, setting: &str, pem: Option<&str>) -> Result<Transport, SettingFault> {
        match pem {
            None => Ok(self.clone()),
            Some(pem) => self.trusting(pem.as_bytes()).map_err(|why| SettingFault::new(setting, why)),
        }
    }

    /// The same way for the requests of one provider block: who listens hears its name.
    #[must_use]
    pub fn of(&self, block: &str) -> Transport {
        Transport { of: Arc::from(block), ..self.clone() }
    }

    /// From now on every answer is told to this listener, as it is, in place of any earlier listener.
    pub fn listen(&self, listener: Option<Listener>) {
        *self.shared.listener.lock().expect("no panic while listening") = listener;
    }

    /// From now on this text never stands in the log.
    pub fn conceal(&self, secret: SecretString) {
        self.shared.logger.conceal(secret);
    }

    /// From now on no text of this value stands in the log. Truth values and numbers are left: they
    /// are everywhere, and tell nothing where they stand.
    pub fn conceal_value(&self, value: &Value) {
        match value {
            Value::String(text) => self.conceal(text.clone().into()),
            Value::List(items) => items.iter().for_each(|item| self.conceal_value(item)),
            Value::Map(entries) => entries.values().for_each(|entry| self.conceal_value(entry)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// How many requests were sent in this run, by operation.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.shared.counts.lock().expect("no panic while counting").clone()
    }

    /// Sends one request and reads the whole answer. It waits for a free slot first.
    ///
    /// # Errors
    /// [`TransportFault`], which says whether the request can have had an effect.
    pub async fn send(
        &self,
        operation: &str,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportFault> {
        self.send_by(None, operation, request).await
    }

    /// The same for a request that must leave by then, or not at all.
    ///
    /// # Errors
    /// See [`Transport::send`].
    pub async fn send_by(
        &self,
        leave_by: Option<Instant>,
        operation: &str,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, TransportFault> {
        let _slot = self.shared.slots.acquire().await.expect("the semaphore is never closed");
        if leave_by.is_some_and(|by| Instant::now() > by) {
            return Err(TransportFault::NotSent("it had no turn in time".to_owned()));
        }
        *self
            .shared
            .counts
            .lock()
            .expect("no panic while counting")
            .entry(operation.to_owned())
            .or_default() += 1;
        let noted = self.shared.logger.note(operation, &request);
        let listener = self.shared.listener.lock().expect("no panic while listening").clone();
        let heard = listener.as_ref().map(|_| Heard::asked(self.of.clone(), operation, &request));
        let started = Instant::now();
        let exchange = async {
            match &*self.way {
                Way::Http(clients) => clients.send(request).await,
                Way::InProcess(handler) => handler.handle(request).await.map_err(TransportFault::NoAnswer),
            }
        };
        let result = match tokio::time::timeout(WHOLE, exchange).await {
            Ok(result) => result,
            Err(_) => Err(TransportFault::NoAnswer(format!("no answer within {} seconds", WHOLE.as_secs()))),
        };
        if let (Some(listener), Some(mut heard), Ok(response)) = (listener, heard, &result) {
            heard.status = response.status().as_u16();
            heard.answer = response.body().clone();
            listener(heard);
        }
        if let Some(noted) = noted {
            self.shared.logger.tell(noted, &result, started.elapsed());
        }
        result
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod hostile;
