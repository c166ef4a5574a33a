//! The simulator as a server in this process.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

use crate::provider::Handler;
use crate::sim::Simulator;

/// The simulator as a server in this process. When it is let go of, the file of a world that is kept is brought up to
/// date, for whoever looks at it or serves it.
pub struct Served(pub Simulator);

impl Drop for Served {
    fn drop(&mut self) {
        // Nothing is lost if this fails: the next run reads the changes from the log.
        let _ = self.0.close();
    }
}

impl Handler for Served {
    fn handle(
        &self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, String>> + Send>> {
        let simulator = self.0.clone();
        Box::pin(async move { simulator.handle(request).await.map_err(|cut| cut.to_string()) })
    }
}
