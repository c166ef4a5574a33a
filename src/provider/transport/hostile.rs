//! The transport against servers that are not what they say: whatever they send, it is bounded, and
//! whoever cannot prove their name gets nothing.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;

/// Serves one connection after the other from a thread of its own, each with these bytes; gives the
/// port and how many connections there were.
fn serve(answer: Vec<u8>) -> (u16, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(Mutex::new(0));
    let counted = count.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            *counted.lock().unwrap() += 1;
            let _ = stream.read(&mut [0; 4096]);
            // The client may hang up at any time.
            let _ = stream.write_all(&answer);
        }
    });
    (port, count)
}

async fn get(transport: &Transport, url: &str) -> Result<http::Response<Bytes>, TransportFault> {
    transport.send("x", http::Request::get(url).body(Bytes::new()).unwrap()).await
}

async fn plain(answer: Vec<u8>) -> Result<http::Response<Bytes>, TransportFault> {
    let (port, _) = serve(answer);
    get(&Transport::http(1), &format!("http://127.0.0.1:{port}/")).await
}

#[tokio::test]
async fn a_huge_body_is_given_up() {
    let mut answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    answer.resize(answer.len() + (33 << 20), b' ');
    let fault = plain(answer).await.unwrap_err();
    assert_eq!(fault, TransportFault::NoAnswer(format!("the answer is larger than {} bytes", 32 << 20)));
}

/// A gzip stream of `megabytes` of zeros: one literal, then matches of 258 bytes at distance 1.
fn bomb(megabytes: usize) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let (mut bits, mut held) = (0_u32, 0);
    let mut put = |code: &str| {
        for bit in code.bytes() {
            bits |= u32::from(bit - b'0') << held;
            held += 1;
            if held == 8 {
                out.push(bits as u8);
                (bits, held) = (0, 0);
            }
        }
    };
    put("110"); // the last block, with fixed codes
    put("00110000");
    for _ in 0..(megabytes << 20) / 258 {
        put("1100010100000");
    }
    put("00000000000000");
    out
}

#[tokio::test]
async fn what_is_packed_is_bounded_as_it_is_unpacked() {
    for (megabytes, fits) in [(4, true), (300, false)] {
        let body = bomb(megabytes);
        assert!(body.len() < 3 << 20);
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
        let result = plain([head.into_bytes(), body].concat()).await;
        // The small one only lacks its checksum.
        let TransportFault::NoAnswer(why) = result.unwrap_err() else { panic!("it was sent") };
        assert_eq!(why.starts_with("the answer is larger than"), !fits, "{megabytes} {why}");
    }
}

#[tokio::test]
async fn nobody_is_followed_elsewhere() {
    let (elsewhere, asked) = serve(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec());
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:{elsewhere}/\r\ncontent-length: 0\r\n\r\n"
    );
    assert_eq!(plain(answer.into_bytes()).await.unwrap().status(), 307);
    assert_eq!(*asked.lock().unwrap(), 0);
}

#[tokio::test]
async fn a_body_that_drips_is_given_up() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await.unwrap();
        // The connection is there: from now on time passes by itself.
        tokio::time::pause();
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(20)).await;
        }
    });
    let result = get(&Transport::http(1), &format!("http://127.0.0.1:{port}/")).await;
    assert!(matches!(result, Err(TransportFault::NoAnswer(_))), "{result:?}");
}

/// Serves TLS as `localhost`, by an authority of this test; tells of each connection whether a
/// request came through.
fn serve_tls() -> (u16, std::sync::mpsc::Receiver<bool>) {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("testdata/localhost.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("testdata/localhost.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut secured = rustls::Stream::new(&mut connection, &mut stream);
            let came = secured.read(&mut [0; 4096]).is_ok_and(|n| n > 0);
            let _ = secured.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            let _ = secured.flush();
            if tell.send(came).is_err() {
                return;
            }
        }
    });
    (port, heard)
}

#[tokio::test]
async fn only_who_proves_their_name_is_spoken_to() {
    let authority = include_bytes!("testdata/authority.pem");
    let (port, heard) = serve_tls();
    // The machine's authorities do not know this one.
    let stranger = get(&Transport::http(1), &format!("https://localhost:{port}/")).await;
    assert!(matches!(stranger, Err(TransportFault::NotSent(_))), "{stranger:?}");
    // The right authority, and another name than the certificate's.
    let trusting = Transport::http(1).trusting(authority).unwrap();
    let another = get(&trusting, &format!("https://127.0.0.1:{port}/")).await;
    assert!(matches!(another, Err(TransportFault::NotSent(_))), "{another:?}");
    let right = get(&trusting, &format!("https://localhost:{port}/")).await.unwrap();
    assert_eq!(right.body(), "ok");
    let came: Vec<bool> = heard.try_iter().collect();
    assert_eq!(came.iter().filter(|came| **came).count(), 1, "{came:?}");
}
