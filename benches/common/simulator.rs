//! The simulator in a process of its own: its memory and its time are not ours.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running simulator; it ends with this value.
pub(crate) struct Simulator {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) address: String,
}

impl Simulator {
    /// Without delays and with room for everything.
    ///
    /// # Panics
    /// If it does not start.
    pub(crate) fn start(world: Option<&Path>) -> Simulator {
        let mut command = Command::new(env!("CARGO_BIN_EXE_landbridge"));
        command.args(["sim", "--listen", "127.0.0.1:0", "--op-delay", "0s", "--quota", "1000000"]);
        if let Some(world) = world {
            command.arg("--world").arg(world);
        }
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the simulator starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("it says where it listens");
        let address = line.trim().trim_start_matches("listening on ").to_owned();
        assert!(address.starts_with("http://"), "the simulator said {line:?}");
        Simulator { child, address }
    }

    /// How many requests came so far, by operation.
    ///
    /// # Panics
    /// If it does not answer.
    pub(crate) fn requests(&self) -> std::collections::BTreeMap<String, u64> {
        let host = self.address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).expect("it listens");
        write!(stream, "GET /_sim/requests?last=0 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
            .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let body = answer.split_once("\r\n\r\n").expect("a head and a body").1;
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        serde_json::from_value(body["counts"].clone()).expect("counts by operation")
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
