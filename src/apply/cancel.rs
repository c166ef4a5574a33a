//! Stopping: the first time nothing new starts, the second time nothing is waited for.

use tokio::sync::watch;

/// How far a run is to be stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// Not at all.
    #[default]
    No,
    /// Nothing new starts; running steps end.
    Gently,
    /// Now; the journal says what is uncertain.
    Now,
}

/// The side that asks to stop.
#[derive(Debug)]
pub struct Stopper(watch::Sender<Stop>);

/// The side that listens.
#[derive(Clone, Debug)]
pub struct Cancel(watch::Receiver<Stop>);

impl Stopper {
    /// A pair of the two.
    pub fn new() -> (Stopper, Cancel) {
        let (sender, receiver) = watch::channel(Stop::No);
        (Stopper(sender), Cancel(receiver))
    }

    /// Asks once more; says how far the run is to be stopped now.
    pub fn ask(&self) -> Stop {
        self.0.send_modify(|stop| *stop = if *stop == Stop::No { Stop::Gently } else { Stop::Now });
        *self.0.borrow()
    }
}

impl Cancel {
    /// How far the run is to be stopped.
    pub fn level(&self) -> Stop {
        *self.0.borrow()
    }

    /// Returns when the wish to stop has grown beyond `level`; never, if nobody can ask any more.
    pub async fn beyond(&mut self, level: Stop) -> Stop {
        match self.0.wait_for(|stop| *stop > level).await {
            Ok(stop) => *stop,
            Err(_) => std::future::pending().await,
        }
    }
}
