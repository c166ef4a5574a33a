//! An approval as it is signed: who says yes to which plan, when, and for how long.
//!
//! The statement is a small text, and the signature stands beside it in the ordinary form of
//! `ssh-keygen -Y sign`. It names the digest of the plan, so a plan with any other effect has
//! another statement. This module reads, writes and counts; `cli` signs and verifies.

use std::collections::BTreeSet;

use jiff::Timestamp;

/// What a signature is made for, so that one made for anything else (a commit, a file) is no approval.
pub const NAMESPACE: &str = "landbridge-approval";

const TITLE: &str = "landbridge approval 1";
/// A statement has six short lines; more than this is none.
const MOST_BYTES: usize = 4096;
const LONGEST_NAME: usize = 128;

/// Who says yes to which plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The digest of the plan.
    pub plan: String,
    /// Its stack.
    pub stack: String,
    /// The approver, under the name that the list of allowed signers knows.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Until when the approval holds, if it ends.
    pub until: Option<Timestamp>,
}

/// Why an approval does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The text is no statement.
    #[error("it is no approval of this program, or was changed: {0}")]
    NotAStatement(&'static str),
    /// The plan is another one.
    #[error(
        "it approves another plan ({approved}…); this one has digest {this}…, so the plan was made again or changed since"
    )]
    OtherPlan {
        /// The beginning of the digest it names.
        approved: String,
        /// The beginning of the plan's.
        this: String,
    },
    /// Its time is over.
    #[error("it expired at {0}")]
    Expired(Timestamp),
}

impl Statement {
    /// The text that is signed.
    pub fn text(&self) -> String {
        let Statement { plan, stack, by, at, until } = self;
        let until = until.map(|until| format!("until: {until}\n")).unwrap_or_default();
        format!("{TITLE}\nplan: sha256:{plan}\nstack: {stack}\nby: {by}\nat: {at}\n{until}")
    }

    /// Reads the text that was signed. Only the very text that [`Statement::text`] writes is one, so
    /// that nothing can stand in it which a reader would take otherwise.
    ///
    /// # Errors
    /// It is no statement.
    pub fn read(bytes: &[u8]) -> Result<Statement, Unfit> {
        let no = Unfit::NotAStatement;
        if bytes.len() > MOST_BYTES {
            return Err(no("it is too long"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| no("it is no text"))?;
        let mut lines = text.lines();
        if lines.next() != Some(TITLE) {
            return Err(no("its first line is another"));
        }
        let mut next = |key: &str| lines.next().and_then(|line| line.strip_prefix(key)?.strip_prefix(": "));
        let plan = next("plan").and_then(|d| d.strip_prefix("sha256:")).ok_or(no("it names no plan"))?;
        let stack = next("stack").ok_or(no("it names no stack"))?;
        let by = next("by").ok_or(no("it names nobody"))?;
        let time = |text: &str| text.parse::<Timestamp>().map_err(|_| no("its time is none"));
        let at = time(next("at").ok_or(no("it has no time"))?)?;
        let until = next("until").map(time).transpose()?;
        let statement =
            Statement { plan: plan.to_owned(), stack: stack.to_owned(), by: by.to_owned(), at, until };
        check_name(by).map_err(|_| no("its name is none"))?;
        if statement.text() != text { Err(no("it has other lines")) } else { Ok(statement) }
    }

    /// Whether it is about the plan with this digest, and still holds.
    ///
    /// # Errors
    /// Why not.
    pub fn fits(&self, digest: &str, now: Timestamp) -> Result<(), Unfit> {
        if self.plan != digest {
            return Err(Unfit::OtherPlan { approved: short(&self.plan), this: short(digest) });
        }
        match self.until {
            Some(until) if until <= now => Err(Unfit::Expired(until)),
            _ => Ok(()),
        }
    }
}

/// The beginning of a digest: enough to tell two plans apart by eye.
pub fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}

/// Checks the name of an approver: the lists of `ssh-keygen` give some characters a meaning.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub fn check_name(name: &str) -> Result<(), String> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || "*?!,\"#/\\:".contains(c);
    if name.is_empty() || name.len() > LONGEST_NAME || name.starts_with(['-', '.']) || name.contains(bad) {
        return Err(format!(
            "`{name}` cannot name an approver: it must be the name in the list of allowed signers, \
             without blanks and without any of * ? ! , \" # / \\ :"
        ));
    }
    Ok(())
}

/// A good signature: the name it was made under, and the fingerprint of the key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signer {
    /// The name.
    pub name: String,
    /// The key.
    pub key: String,
}

/// The persons behind some signatures, each by one name. One person with two keys, or one key under
/// two names, is one person.
pub fn persons(signers: &[Signer]) -> Vec<String> {
    let mut persons: Vec<(BTreeSet<&str>, BTreeSet<&str>)> = Vec::new();
    for signer in signers {
        let mut names = BTreeSet::from([signer.name.as_str()]);
        let mut keys = BTreeSet::from([signer.key.as_str()]);
        persons.retain(|(known, held)| {
            let same = known.contains(signer.name.as_str()) || held.contains(signer.key.as_str());
            if same {
                names.extend(known);
                keys.extend(held);
            }
            !same
        });
        persons.push((names, keys));
    }
    let mut names: Vec<String> =
        persons.iter().filter_map(|(names, _)| names.first().map(|name| (*name).to_owned())).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Statement {
        Statement {
            plan: "ab".repeat(32),
            stack: "link".into(),
            by: "ann@example.com".into(),
            at: "2026-03-01T08:00:00Z".parse().unwrap(),
            until: Some("2026-03-02T08:00:00Z".parse().unwrap()),
        }
    }

    #[test]
    fn a_statement_reads_back_and_no_other_text_does() {
        let forever = Statement { until: None, ..statement() };
        for statement in [statement(), forever] {
            assert_eq!(Statement::read(statement.text().as_bytes()), Ok(statement.clone()));
        }
        let text = statement().text();
        for bad in [
            String::new(),
            text.replace("approval 1", "approval 2"),
            text.replace("by: ann", "by: *"),
            text.replace("by: ann", "by: ann ben"),
            text.replace("sha256:", ""),
            text.replace("2026-03-02T", "later "),
            format!("{text}also: this\n"),
            text.replace('\n', "\r\n"),
        ] {
            assert!(matches!(Statement::read(bad.as_bytes()), Err(Unfit::NotAStatement(_))), "{bad}");
        }
        assert!(Statement::read(&[0xff; 10]).is_err() && Statement::read(&[b'x'; 9000]).is_err());
    }

    #[test]
    fn it_holds_for_its_plan_and_its_time() {
        let (digest, at) = ("ab".repeat(32), |text: &str| text.parse().unwrap());
        assert_eq!(statement().fits(&digest, at("2026-03-02T07:59:59Z")), Ok(()));
        let over = statement().fits(&digest, at("2026-03-02T08:00:00Z"));
        assert!(matches!(over, Err(Unfit::Expired(_))));
        let other = statement().fits(&"cd".repeat(32), at("2026-03-01T08:00:00Z"));
        assert!(other.unwrap_err().to_string().contains("another plan (abababababab…)"));
    }

    #[test]
    fn a_person_counts_once() {
        let signer = |name: &str, key: &str| Signer { name: name.into(), key: key.into() };
        let persons = |signers: &[Signer]| super::persons(signers);
        assert_eq!(persons(&[signer("ann", "k1"), signer("ben", "k2")]), ["ann", "ben"]);
        assert_eq!(persons(&[signer("ann", "k1"), signer("ann", "k2")]), ["ann"], "two keys");
        assert_eq!(persons(&[signer("ann", "k1"), signer("anne", "k1")]), ["ann"], "two names");
        let chain = [signer("ann", "k1"), signer("ben", "k2"), signer("ben", "k1")];
        assert_eq!(persons(&chain), ["ann"], "a third signature joins two persons");
    }
}
