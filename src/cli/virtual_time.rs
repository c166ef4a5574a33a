//! Work on virtual time: where everybody waits, the clock moves on at once, so hours pass in a moment.

use std::future::Future;

use anyhow::Context as _;

/// Runs what is made here on a runtime of its own, whose time is virtual. Whatever shows the time has to be made in
/// there, too.
pub(super) async fn run<T, F>(make: impl FnOnce() -> F + Send + 'static) -> anyhow::Result<T>
where
    T: Send + 'static,
    F: Future<Output = T>,
{
    let on_its_own = move || -> anyhow::Result<T> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        Ok(runtime.block_on(make()))
    };
    tokio::task::spawn_blocking(on_its_own).await.context("the rehearsal broke off; please report this")?
}
