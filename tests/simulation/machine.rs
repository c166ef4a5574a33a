//! The machine that a run has: its line to the cloud, and the moment at which it goes down.
//!
//! A request that has left is done by the cloud, whatever becomes of the machine; an answer that
//! comes after its end is heard by nobody. So a crash can be at any point between two effects: its
//! files say when by their operations, the line by its requests, and the clock by the time.

use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use landbridge::provider::Handler;
use landbridge::sim::Simulator;
use landbridge::state::files::MemoryFiles;
use tokio::sync::Notify;

use super::trouble::At;

/// Everything that went over the lines, in one number: the same seed gives the same one.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace(Arc<Mutex<DefaultHasher>>);

impl Trace {
    pub(super) fn note(&self, what: impl Hash) {
        what.hash(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn hash(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).finish()
    }
}

/// A machine's line to the cloud.
#[derive(Clone)]
pub(super) struct Line {
    sim: Simulator,
    trace: Trace,
    end: Option<At>,
    state: Arc<Mutex<LineState>>,
    down: Arc<Notify>,
}

#[derive(Default)]
struct LineState {
    sent: u64,
    is_down: bool,
}

impl Line {
    pub(super) fn new(sim: &Simulator, trace: &Trace, end: Option<At>) -> Line {
        Line { sim: sim.clone(), trace: trace.clone(), end, state: Arc::default(), down: Arc::default() }
    }

    /// Nothing leaves and nothing is heard any more.
    fn go_down(&self) {
        self.with(|state| state.is_down = true);
        self.down.notify_one();
    }

    fn with<T>(&self, look: impl FnOnce(&mut LineState) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn exchange(self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, String> {
        let (number, is_down) = self.with(|state| {
            state.sent += 1;
            (state.sent - 1, state.is_down)
        });
        if self.end == Some(At::Sending(number)) {
            self.go_down();
        }
        if is_down || self.end == Some(At::Sending(number)) {
            return std::future::pending().await;
        }
        self.trace.note((number, request.method().as_str(), request.uri().to_string(), request.body()));
        let sim = self.sim.clone();
        let answer =
            tokio::spawn(async move { sim.handle(request).await }).await.expect("an answer or a cut");
        if self.end == Some(At::Answer(number)) {
            self.go_down();
        }
        if self.with(|state| state.is_down) {
            return std::future::pending().await;
        }
        self.trace.note((number, answer.as_ref().map_or(0, |answer| answer.status().as_u16())));
        answer.map_err(|cut| cut.to_string())
    }
}

impl Handler for Line {
    fn handle(
        &self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, String>> + Send>> {
        Box::pin(self.clone().exchange(request))
    }
}

/// Runs something until it ends, or until the machine goes down: then there is no result.
pub(super) async fn until_down<T>(
    work: &mut Pin<Box<impl Future<Output = T>>>,
    line: &Line,
    files: &MemoryFiles,
) -> Option<T> {
    let working = std::future::poll_fn(|context| {
        let polled = work.as_mut().poll(context);
        if files.is_dead() { std::task::Poll::Ready(None) } else { polled.map(Some) }
    });
    let time = async {
        match line.end {
            Some(At::Millis(after)) => tokio::time::sleep(std::time::Duration::from_millis(after)).await,
            _ => std::future::pending().await,
        }
    };
    let ended = tokio::select! {
        biased;
        () = line.down.notified() => None,
        () = time => None,
        ended = working => ended,
    };
    if ended.is_none() {
        line.go_down();
    }
    ended
}
