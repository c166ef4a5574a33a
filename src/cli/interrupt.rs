//! Ctrl-C: the first time nothing new starts, the second time the run stops, the third time the
//! process ends. The journal knows what is uncertain in each case.

use crate::apply::{Cancel, Stopper};

/// Listens to Ctrl-C for as long as it lives.
pub(super) struct Listening(tokio::task::JoinHandle<()>);

/// Begins to listen; the other half goes to the run.
pub(super) fn listen() -> (Listening, Cancel) {
    let (stopper, cancel) = Stopper::new();
    let task = tokio::spawn(async move {
        for pressed in 1.. {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            if pressed > 2 {
                std::process::exit(super::Exit::Interrupted.code().into());
            }
            stopper.ask();
        }
    });
    (Listening(task), cancel)
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What stopping means, for people.
pub(super) fn meaning(now: bool) -> &'static str {
    if now {
        "Stopping now. What was under way is in the journal; the next run looks for it."
    } else {
        "Stopping: nothing new starts, running steps end. Ctrl-C again stops at once."
    }
}
