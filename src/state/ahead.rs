//! A state that is read while something else goes on, such as the reading of the configuration.

use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

use super::backend::Backend;
use super::error::StateError;
use super::load::{self, Loaded};

/// What may be read already.
#[derive(Debug, Default)]
pub struct Ahead(Mutex<Option<JoinHandle<Result<Loaded, StateError>>>>);

impl Ahead {
    /// Begins to read, on a thread of its own.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn begin(backend: Arc<dyn Backend>) -> Ahead {
        Ahead(Mutex::new(Some(tokio::task::spawn_blocking(move || load::read(&*backend)))))
    }

    /// What was read ahead, once; else what is read now.
    ///
    /// # Errors
    /// See [`load::read`].
    pub async fn or_read(&self, backend: &dyn Backend) -> Result<Loaded, StateError> {
        let begun = self.0.lock().expect("no panic while taking").take();
        match begun {
            // Reading does not panic; if it did all the same, reading again tells where.
            Some(begun) => begun.await.unwrap_or_else(|_| load::read(backend)),
            None => load::read(backend),
        }
    }
}
