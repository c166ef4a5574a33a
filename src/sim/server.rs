//! The simulator over HTTP/1.1.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::simulator::{Cut, Simulator};

/// Largest request body: two hundred mappings and a policy are far below.
const BODY: usize = 16 << 20;
/// How long requests that are under way may take to end at shutdown.
const FAREWELL: Duration = Duration::from_secs(2);

/// Serves until `shutdown`; requests that are under way then may end.
pub async fn serve(
    listener: TcpListener,
    sim: Simulator,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let (stop, connections) = (CancellationToken::new(), TaskTracker::new());
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => _ = connections.spawn(converse(stream, sim.clone(), stop.clone())),
                // Out of file descriptors, or a client that was gone again: neither ends the service.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            () = &mut shutdown => break,
        }
    }
    stop.cancel();
    connections.close();
    _ = tokio::time::timeout(FAREWELL, connections.wait()).await;
    Ok(())
}

async fn converse(stream: TcpStream, sim: Simulator, stop: CancellationToken) {
    _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(sim.clone(), request));
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    // A connection that breaks is the client's business, or a fault that was asked for.
    tokio::select! {
        _ = &mut connection => {}
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            _ = connection.await;
        }
    }
}

/// An error here closes the connection without an answer.
async fn answer(sim: Simulator, request: Request<Incoming>) -> Result<Response<Payload>, Cut> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY).collect().await else {
        let mut response = Response::new(Payload::whole(Bytes::new()));
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(response);
    };
    match sim.handle(Request::from_parts(parts, body.to_bytes())).await {
        Ok(response) => Ok(response.map(Payload::whole)),
        Err(Cut { part: Some(part) }) => {
            let (response, at) = *part;
            Ok(response.map(|body| Payload::cut(body, at)))
        }
        Err(cut) => Err(cut),
    }
}

/// A body that keeps its promise of a length, or breaks off.
#[derive(Debug)]
struct Payload {
    promised: u64,
    data: Option<Bytes>,
    ending: Ending,
}

#[derive(Debug, PartialEq, Eq)]
enum Ending {
    Whole,
    /// Once more, so that what was given goes out first.
    Wait,
    Break,
}

impl Payload {
    fn whole(body: Bytes) -> Payload {
        Payload {
            promised: body.len() as u64,
            data: Some(body).filter(|body| !body.is_empty()),
            ending: Ending::Whole,
        }
    }

    fn cut(mut body: Bytes, at: usize) -> Payload {
        let promised = body.len() as u64;
        body.truncate(at);
        Payload { promised, data: Some(body).filter(|body| !body.is_empty()), ending: Ending::Wait }
    }
}

/// Why a body broke off.
#[derive(Debug, thiserror::Error)]
#[error("the answer was cut")]
struct Broken;

impl Body for Payload {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(data) = self.data.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match self.ending {
            Ending::Whole => Poll::Ready(None),
            Ending::Wait => {
                self.ending = Ending::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Ending::Break => Poll::Ready(Some(Err(Broken))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.ending == Ending::Whole
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
