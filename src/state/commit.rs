//! Group commit: parallel steps share one write and one sync.
//!
//! An entry is checked, numbered, folded and encoded where it is handed in; one task then takes
//! everything that has come together, makes it durable in one go, and answers all. Once a write
//! has failed, what is on disk is not known any more (a failed sync may have dropped what it
//! should have kept, so trying again proves nothing): from then on nothing is written.

use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::oneshot;

use super::backend::Hold;
use super::error::StateError;
use super::journal::{Entry, Seq};
use super::recorded::Recorded;
use super::records::{self, Header};

/// What the owner of a session and its handles share.
#[derive(Debug)]
pub(super) struct Shared {
    core: Mutex<Core>,
    hold: Mutex<Option<Box<dyn Hold>>>,
    may_block: bool,
}

#[derive(Debug)]
struct Core {
    recorded: Recorded,
    /// What is written before this session's first entry.
    opening: Option<Entry>,
    /// The header of the journal, as long as there is no journal.
    header: Option<Header>,
    queue: Queue,
    flushing: bool,
    failure: Option<StateError>,
    closed: bool,
    written: u64,
    syncs: u64,
}

/// Encoded entries that wait for the next write, and who waits for them.
#[derive(Debug, Default)]
struct Queue {
    bytes: Vec<u8>,
    waiting: Vec<oneshot::Sender<Result<(), StateError>>>,
}

/// An entry that was handed in.
pub(super) struct Submitted {
    pub(super) seq: Seq,
    durable: oneshot::Receiver<Result<(), StateError>>,
}

impl Submitted {
    /// Waits until the entry is on disk.
    pub(super) async fn durable(self) -> Result<Seq, StateError> {
        match self.durable.await {
            Ok(result) => result.map(|()| self.seq),
            // The task that writes is gone: the runtime ends.
            Err(_) => Err(StateError::Closed),
        }
    }
}

impl Shared {
    /// `header`: of the journal to start; none where one is open.
    pub(super) fn new(
        recorded: Recorded,
        opening: Entry,
        header: Option<Header>,
        hold: Box<dyn Hold>,
        may_block: bool,
    ) -> Shared {
        let core = Core {
            recorded,
            opening: Some(opening),
            header,
            queue: Queue::default(),
            flushing: false,
            failure: None,
            closed: false,
            written: 0,
            syncs: 0,
        };
        Shared { core: Mutex::new(core), hold: Mutex::new(Some(hold)), may_block }
    }

    /// Takes an entry in. It must run inside a tokio runtime.
    pub(super) fn submit(self: &Arc<Shared>, entry: &Entry) -> Result<Submitted, StateError> {
        let mut core = self.core();
        let submitted = core.submit(entry)?;
        if !core.flushing {
            core.flushing = true;
            drop(core);
            tokio::spawn(Arc::clone(self).flush());
        }
        Ok(submitted)
    }

    /// Writes until nothing waits any more.
    async fn flush(self: Arc<Shared>) {
        loop {
            // Whoever was answered just now runs first, so that what they begin next comes along.
            tokio::task::yield_now().await;
            let shared = Arc::clone(&self);
            let Some((queue, header)) = self.core().take() else { return };
            let (waiting, result) = self
                .off_runtime(move || {
                    let result = shared.write(&queue.bytes, header.as_ref());
                    (queue.waiting, result)
                })
                .await;
            if let Err(failure) = &result {
                self.core().failure.get_or_insert_with(|| failure.clone());
            }
            for waiter in waiting {
                // Who does not wait any more has lost only the answer.
                let _ = waiter.send(result.clone());
            }
        }
    }

    fn write(&self, bytes: &[u8], header: Option<&Header>) -> Result<(), StateError> {
        let mut hold = self.hold();
        let hold = hold.as_mut().ok_or(StateError::Closed)?;
        let Some(header) = header else { return hold.append(bytes) };
        let mut start = Vec::with_capacity(bytes.len() + 256);
        records::encode(0, header, &mut start).map_err(|bytes| StateError::TooLarge { seq: 0, bytes })?;
        start.extend_from_slice(bytes);
        hold.start_journal(&start)
    }

    /// Looks at the state, with every entry folded in that was taken in so far.
    pub(super) fn with<T>(&self, look: impl FnOnce(&Recorded) -> T) -> T {
        look(&self.core().recorded)
    }

    /// How many entries this session took in.
    pub(super) fn written(&self) -> u64 {
        self.core().written
    }

    /// How often the journal was synced for them.
    pub(super) fn syncs(&self) -> u64 {
        self.core().syncs
    }

    /// Takes nothing in any more.
    pub(super) fn close(&self) {
        self.core().closed = true;
    }

    /// Why nothing is written any more, if it is so.
    pub(super) fn failure(&self) -> Option<StateError> {
        self.core().failure.clone()
    }

    /// Whether the journal has been started, by this session or an earlier one.
    pub(super) fn has_journal(&self) -> bool {
        self.core().header.is_none()
    }

    /// Takes the lock out, for who closes.
    pub(super) fn take_hold(&self) -> Option<Box<dyn Hold>> {
        self.hold().take()
    }

    /// Runs something that may block where it cannot stop the runtime. What cannot block runs in
    /// place, so that a simulation stays deterministic.
    pub(super) async fn off_runtime<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        off_runtime(self.may_block, work).await
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().expect("no panic while it is held: please report")
    }

    fn hold(&self) -> MutexGuard<'_, Option<Box<dyn Hold>>> {
        self.hold.lock().expect("no panic while it is held: please report")
    }
}

impl Core {
    fn submit(&mut self, entry: &Entry) -> Result<Submitted, StateError> {
        if self.closed {
            return Err(StateError::Closed);
        }
        if let Some(failure) = &self.failure {
            return Err(StateError::Poisoned(failure.to_string()));
        }
        if let Some(opening) = self.opening.take() {
            self.take_in(&opening)?;
        }
        let seq = self.take_in(entry)?;
        self.written += 1;
        let (answer, durable) = oneshot::channel();
        self.queue.waiting.push(answer);
        Ok(Submitted { seq, durable })
    }

    /// An entry that is refused leaves no trace.
    fn take_in(&mut self, entry: &Entry) -> Result<Seq, StateError> {
        let seq = self.recorded.seq + 1;
        let before = self.queue.bytes.len();
        records::encode(seq, entry, &mut self.queue.bytes)
            .map_err(|bytes| StateError::TooLarge { seq, bytes })?;
        match self.recorded.apply_entry(seq, entry) {
            Ok(()) => Ok(seq),
            Err(illegal) => {
                self.queue.bytes.truncate(before);
                Err(illegal.into())
            }
        }
    }

    /// What waits, or the end of the task. After a failure all that waits is told so.
    fn take(&mut self) -> Option<(Queue, Option<Header>)> {
        if let Some(failure) = &self.failure {
            let failure = StateError::Poisoned(failure.to_string());
            for waiter in self.queue.waiting.drain(..) {
                let _ = waiter.send(Err(failure.clone()));
            }
        }
        if self.queue.waiting.is_empty() {
            self.flushing = false;
            return None;
        }
        self.syncs += 1;
        Some((std::mem::take(&mut self.queue), self.header.take()))
    }
}

/// Runs something where it may block.
pub(super) async fn off_runtime<T: Send + 'static>(
    may_block: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    if !may_block {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that ends cancels it, and then nobody polls this again.
            Err(_) => std::future::pending().await,
        },
    }
}
