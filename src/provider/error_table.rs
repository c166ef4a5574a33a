//! A cloud's table of error codes, as its provider ships it: one row a line, columns parted by tabs.

use std::collections::BTreeMap;

use super::{Class, Explained};

/// Codes, compared without regard to case, with what they mean.
#[derive(Debug)]
pub(super) struct ErrorTable {
    rows: BTreeMap<String, Explained>,
}

impl ErrorTable {
    /// Reads a table: status, code, message, meaning, action, class, whether it passes by itself. A
    /// first line names the columns.
    ///
    /// # Panics
    /// If the table is not one: it is ours.
    pub(super) fn read(text: &'static str) -> ErrorTable {
        let rows = text.lines().skip(1).map(|line| {
            let row = explained(line);
            (row.code.to_ascii_lowercase(), row)
        });
        ErrorTable { rows: rows.collect() }
    }

    /// How many rows there are.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The row of a code; for a code without one that of its family (`Throttling.*`), or of all that begin so
    /// (`Missing*`).
    pub(super) fn get(&self, code: &str) -> Option<&Explained> {
        let code = code.to_ascii_lowercase();
        let family =
            || code.rmatch_indices('.').find_map(|(at, _)| self.rows.get(&format!("{}.*", &code[..at])));
        let beginning = || {
            let prefixes = code.char_indices().rev().filter(|(at, _)| *at > 0);
            prefixes.into_iter().find_map(|(at, _)| self.rows.get(&format!("{}*", &code[..at])))
        };
        self.rows.get(&code).or_else(family).or_else(beginning)
    }
}

fn explained(line: &'static str) -> Explained {
    let mut columns = line.split('\t');
    let mut next = || columns.next().expect("the error table has its columns");
    Explained {
        status: next().parse().expect("the error table's status is a number"),
        code: next(),
        message: next(),
        meaning: next(),
        action: next(),
        class: class_of(next()),
        retry: next() == "yes",
    }
}

fn class_of(word: &str) -> Class {
    match word {
        "auth" => Class::Auth,
        "input" => Class::Input,
        "missing" => Class::Missing,
        "conflict" => Class::Conflict,
        "quota" => Class::Quota,
        "state" => Class::State,
        "throttle" => Class::Throttle,
        "internal" => Class::Internal,
        other => panic!("the error table has the class {other}"),
    }
}
