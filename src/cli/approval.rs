//! Signed approvals: written beside a plan, and asked for before it is done.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;

use super::args::Trust;
use super::failure::Stop;
use super::options::Options;
use super::sources;
use super::ssh_keygen::{self, Against};
use super::ui::Ui;
use crate::plan::statement::{self, NAMESPACE, Signer, Statement};
use crate::plan::{Plan, planfile};

/// The keys that `ssh` takes by itself, best first.
const USUAL_KEYS: [&str; 4] = ["id_ed25519", "id_ed25519_sk", "id_ecdsa", "id_rsa"];

/// How an approval's file ends; its signature's ends with `.sig` besides.
const ENDING: &str = ".approval";

/// What somebody approves with.
pub(super) struct Wish<'a> {
    pub(super) by: &'a str,
    pub(super) key: Option<&'a Path>,
    pub(super) valid_for: Option<Duration>,
    pub(super) now: Timestamp,
}

/// Signs an approval of this plan and writes it beside it; gives the statement's file.
pub(super) fn give(path: &Path, plan: &Plan, wish: &Wish<'_>, options: &Options) -> Result<PathBuf, Stop> {
    statement::check_name(wish.by)
        .map_err(|why| Stop::refused(why, "write --by ann or --by ann@example.com"))?;
    let key = match wish.key {
        Some(key) => key.to_owned(),
        None => usual_key(options)?,
    };
    let seconds = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at);
    let until = wish.valid_for.and_then(|time| wish.now.checked_add(time).ok());
    let statement = Statement {
        plan: planfile::digest(plan),
        stack: plan.stack.clone(),
        by: wish.by.to_owned(),
        at: seconds(wish.now),
        until: until.map(seconds),
    };
    let text = statement.text();
    let signature = ssh_keygen::sign(&text, NAMESPACE, &key)?;
    let file = beside(path, &format!(".{}{ENDING}", wish.by));
    sources::write_private(&file, &text)?;
    sources::write_private(&beside(&file, ".sig"), &signature)?;
    Ok(file)
}

/// The same path with something added to the file's name.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn usual_key(options: &Options) -> Result<PathBuf, Stop> {
    let home = options.env.get("HOME").map(|home| Path::new(home).join(".ssh"));
    let found = home.and_then(|ssh| USUAL_KEYS.iter().map(|name| ssh.join(name)).find(|key| key.is_file()));
    found.ok_or_else(|| {
        Stop::refused(
            "there is no key to sign with: none of the usual ones is in ~/.ssh",
            "name one with --key FILE; the public key of one that your agent holds will do",
        )
    })
}

/// The persons whose approval of this plan is good, if that is as many as are asked for.
pub(super) fn demand(
    trust: &Trust,
    path: &Path,
    plan: &Plan,
    now: Timestamp,
    ui: &Ui,
) -> Result<Vec<String>, Stop> {
    let (Some(needed), Some(allowed)) = (trust.require_approval, &trust.allowed_signers) else {
        return Ok(Vec::new());
    };
    for file in [Some(allowed), trust.revoked_keys.as_ref()].into_iter().flatten() {
        // The program's own words for a missing file are about the signature.
        sources::bytes(file)?;
    }
    let against = Against { allowed, revoked: trust.revoked_keys.as_deref(), namespace: NAMESPACE };
    let digest = planfile::digest(plan);
    let files = if trust.approval.is_empty() { lying_beside(path)? } else { trust.approval.clone() };
    let (mut good, mut unfit) = (Vec::new(), Vec::new());
    for file in &files {
        match verified(file, &digest, &against, now)? {
            Ok(signer) => good.push(signer),
            Err(why) => unfit.push(format!("{}: {why}", file.display())),
        }
    }
    let persons = statement::persons(&good);
    if persons.len() >= usize::from(needed) {
        unfit.iter().for_each(|why| ui.warn(&format!("an approval does not count: {why}")));
        return Ok(persons);
    }
    let counted = match persons.len() {
        0 => "nobody has approved it".to_owned(),
        one => format!("{one} of {needed} persons approved it ({})", persons.join(", ")),
    };
    let mut what = format!("this needs the approval of {}, and {counted}", people(needed));
    if files.is_empty() {
        what.push_str(&format!("; there is no {}.*{ENDING}", path.display()));
    }
    if good.len() > persons.len() {
        what.push_str("\n  two signatures of one person, or with one key, count once");
    }
    unfit.iter().for_each(|why| what.push_str(&format!("\n  {why}")));
    Err(Stop::refused(
        what,
        format!(
            "nothing was done; who may approve reads the plan and runs `landbridge review {} --approve --by NAME`",
            path.display()
        ),
    ))
}

fn people(count: u8) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} persons") }
}

/// The approvals that lie beside a plan, sorted.
fn lying_beside(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let start = format!("{}.", path.file_name().unwrap_or_default().to_string_lossy());
    let cannot = || format!("failed to look for approvals in {}", folder.display());
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let name = entry.with_context(cannot)?.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&start) && name.ends_with(ENDING) && name.len() > start.len() + ENDING.len() - 1 {
            found.push(path.with_file_name(&*name));
        }
    }
    found.sort();
    Ok(found)
}

/// Who signed this approval, or why it does not count.
fn verified(
    file: &Path,
    digest: &str,
    against: &Against<'_>,
    now: Timestamp,
) -> Result<Result<Signer, String>, Stop> {
    let text = sources::bytes(file)?;
    let statement = match Statement::read(&text).and_then(|s| s.fits(digest, now).map(|()| s)) {
        Ok(statement) => statement,
        Err(unfit) => return Ok(Err(unfit.to_string())),
    };
    let signature = beside(file, ".sig");
    if !signature.is_file() {
        return Ok(Err(format!("its signature {} is not there", signature.display())));
    }
    let name = &statement.by;
    let verdict = ssh_keygen::verify(&text, &signature, name, against)?;
    Ok(verdict
        .map(|key| Signer { name: name.clone(), key })
        .map_err(|said| format!("the signature does not stand for {name}: {said}")))
}
