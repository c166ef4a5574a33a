//! The one writer: people read stdout, progress and messages go to stderr.
//!
//! A closed pipe is not a failure: what nobody reads any more is not written, and work goes on. It goes
//! on where a result cannot be written, too, and then the run says so at its end.

#![expect(clippy::disallowed_methods, reason = "the edge: terminal, environment, and the time of a message")]

use std::io::{BufRead, ErrorKind, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anstream::{AutoStream, ColorChoice};
use serde_json::Value as Json;

use super::args::Compat;
use super::stream;
use crate::diagnostic::{Diagnostic, Severity};
use crate::review::{Look, clean};

/// Columns of a file or pipe: no terminal says how wide it is.
const UNKNOWN_WIDTH: usize = 100;

/// Wider than this, lines are not read any more.
const MAX_WIDTH: usize = 120;

type Stream = AutoStream<Box<dyn Write + Send>>;

/// The terminal, or what stands for it.
pub(super) struct Ui {
    out: Mutex<Stream>,
    err: Mutex<Stream>,
    json: bool,
    terraform: bool,
    out_look: Look,
    err_look: Look,
    err_is_terminal: bool,
    may_ask: bool,
    /// Why a result could not be written, once it could not.
    unwritten: Mutex<Option<String>>,
}

impl Ui {
    /// The process's own streams.
    pub(super) fn of_process(json: bool, no_colour: bool, compat: Option<Compat>) -> Ui {
        let (out, err) = (std::io::stdout(), std::io::stderr());
        let plain = |stream| if no_colour || json { ColorChoice::Never } else { stream };
        let out_choice = plain(AutoStream::choice(&out));
        let err_choice = plain(AutoStream::choice(&err));
        let width = |terminal: bool| {
            let columns = terminal.then(console_width).flatten();
            columns.map_or(UNKNOWN_WIDTH, |columns| columns.clamp(40, MAX_WIDTH))
        };
        let look = |terminal, choice| Look { width: width(terminal), colour: choice != ColorChoice::Never };
        Ui {
            out_look: look(out.is_terminal(), out_choice),
            err_look: look(err.is_terminal(), err_choice),
            err_is_terminal: err.is_terminal(),
            may_ask: !json && std::io::stdin().is_terminal() && err.is_terminal(),
            out: Mutex::new(AutoStream::new(Box::new(out), out_choice)),
            err: Mutex::new(AutoStream::new(Box::new(err), err_choice)),
            json,
            terraform: compat == Some(Compat::Terraform),
            unwritten: Mutex::new(None),
        }
    }

    /// One that keeps what is written, to both streams.
    #[cfg(test)]
    pub(super) fn kept(json: bool) -> (Ui, Kept) {
        let kept = Kept::default();
        let stream = || {
            Mutex::new(AutoStream::new(Box::new(kept.clone()) as Box<dyn Write + Send>, ColorChoice::Never))
        };
        let look = Look { width: UNKNOWN_WIDTH, colour: false };
        let ui = Ui {
            out: stream(),
            err: stream(),
            json,
            terraform: false,
            out_look: look,
            err_look: look,
            err_is_terminal: false,
            may_ask: false,
            unwritten: Mutex::new(None),
        };
        (ui, kept)
    }

    /// Whether everything is said as JSON lines.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether plans and outcomes are worded as Terraform words them.
    pub(super) fn speaks_terraform(&self) -> bool {
        self.terraform
    }

    /// How texts for stdout look.
    pub(super) fn look(&self) -> Look {
        self.out_look
    }

    /// How texts for stderr look.
    pub(super) fn err_look(&self) -> Look {
        self.err_look
    }

    /// Whether live progress can be drawn.
    pub(super) fn is_live(&self) -> bool {
        self.err_is_terminal && !self.json
    }

    /// Whether there is somebody to ask.
    pub(super) fn may_ask(&self) -> bool {
        self.may_ask
    }

    /// Writes a result to stdout.
    pub(super) fn print(&self, text: &str) {
        self.result(text);
    }

    fn result(&self, text: &str) {
        match write(&self.out, text) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                let mut unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
                unwritten.get_or_insert(error.to_string());
            }
            Ok(()) | Err(_) => {}
        }
    }

    /// Why a result could not be written, if one could not: then whoever takes it for whole is misled.
    pub(super) fn unwritten(&self) -> Option<String> {
        self.unwritten.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes a message to stderr, as a line of its own.
    pub(super) fn note(&self, text: &str) {
        drop(write(&self.err, &format!("{}\n", text.trim_end_matches('\n'))));
    }

    /// Writes one object of the JSON stream, if that is what was asked for.
    pub(super) fn event(&self, event: Json) {
        if self.json {
            let time = jiff::Timestamp::now();
            let event = if self.terraform { stream::as_terraform(event) } else { event };
            self.result(&format!("{}\n", stream::stamped(event, time)));
        }
    }

    /// Writes a JSON value by itself: what `output --json` and the like answer.
    pub(super) fn value(&self, value: &Json) {
        let text = serde_json::to_string_pretty(value).expect("a JSON value can be written");
        self.result(&format!("{text}\n"));
    }

    /// Says that something is wrong, and what to do.
    pub(super) fn error(&self, what: &str, hint: &str) {
        if self.json {
            let diagnostic = Diagnostic::error(what, "").hint(hint);
            return self.event(stream::diagnostic(&diagnostic, None));
        }
        let mut text = self.label(Severity::Error).to_owned();
        text.push_str(&clean_lines(what));
        if !hint.is_empty() {
            text.push_str(&format!("\n\nhint: {}", clean_lines(hint)));
        }
        self.note(&text);
    }

    /// Says something worth knowing.
    pub(super) fn warn(&self, what: &str) {
        if self.json {
            return self.event(stream::diagnostic(&Diagnostic::warning(what, ""), None));
        }
        self.note(&format!("{}{}", self.label(Severity::Warning), clean_lines(what)));
    }

    fn label(&self, severity: Severity) -> &'static str {
        if self.terraform {
            return if severity == Severity::Error { "Error: " } else { "Warning: " };
        }
        match (severity, self.err_look.colour) {
            (Severity::Error, true) => "\u{1b}[1;31merror:\u{1b}[0m ",
            (Severity::Error, false) => "error: ",
            (Severity::Warning, true) => "\u{1b}[1;33mwarning:\u{1b}[0m ",
            (Severity::Warning, false) => "warning: ",
        }
    }

    /// Stdout for those who want a writer.
    pub(super) fn writer(&self) -> impl Write + Send {
        Writer(self)
    }

    /// Asks on stderr and reads one line; none where there is nobody to answer.
    pub(super) fn ask(&self, question: &str) -> Option<String> {
        if !self.may_ask {
            return None;
        }
        drop(write(&self.err, question));
        let mut answer = String::new();
        let read = std::io::stdin().lock().read_line(&mut answer).ok()?;
        (read > 0).then(|| answer.trim().to_owned())
    }
}

/// Writes to stderr when nothing else is there any more to do it.
pub(super) fn last_words(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// What was written.
#[cfg(test)]
#[derive(Clone, Default)]
pub(super) struct Kept(std::sync::Arc<Mutex<Vec<u8>>>);

#[cfg(test)]
impl Kept {
    /// The lines.
    pub(super) fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
    }
}

#[cfg(test)]
impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Stdout as a writer.
struct Writer<'u>(&'u Ui);

impl Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.print(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Lines stay lines, anything else that could move the cursor is escaped.
fn clean_lines(text: &str) -> String {
    text.lines().map(clean).collect::<Vec<_>>().join("\n")
}

fn write(stream: &Mutex<Stream>, text: &str) -> std::io::Result<()> {
    let mut stream: MutexGuard<'_, Stream> = stream.lock().unwrap_or_else(PoisonError::into_inner);
    stream.write_all(text.as_bytes()).and_then(|()| stream.flush())
}

/// The width of the terminal, if there is one. `COLUMNS` wins, as for other programs.
fn console_width() -> Option<usize> {
    let asked = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    asked.or_else(|| terminal_size::terminal_size().map(|(columns, _)| usize::from(columns.0)))
}
