//! What a dependency may be, by `.cargo/deny.toml`: its licence, its name, where it comes from. What
//! is known against one is checked by `.ci/nightly`, since that takes a network.

#![expect(clippy::disallowed_methods, reason = "it reads the project's files")]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use super::root;

/// The texts in quotes of a list of `.cargo/deny.toml`.
fn listed(section: &str, list: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(".cargo/deny.toml")).expect("the rules");
    let (_, section) = text.split_once(&format!("[{section}]")).expect("the section");
    let (_, rest) = section.split_once(&format!("\n{list} = [\n")).expect("the list");
    let (list, _) = rest.split_once("\n]").expect("the list's end");
    let words = list.lines().map(|line| line.split('#').next().unwrap_or_default());
    words.filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect()
}

/// Whether a licence expression can be met with what is allowed. `/` is an old `OR`.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    any(&words, &mut at, allowed) && at == words.len()
}

fn any(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = all(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all(words, at, allowed);
    }
    met
}

fn all(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let met = any(words, at, allowed);
        *at += 1;
        return met;
    }
    let mut name = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        name = format!("{name} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    allowed.contains(&name)
}

#[test]
fn every_licence_is_an_allowed_one() {
    let allowed = listed("licenses", "allow");
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--all-features", "--prefix", "none", "--format", "{p}\t{l}"])
        .current_dir(root())
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).expect("text");
    let packages: BTreeSet<(&str, &str)> = told.lines().filter_map(|line| line.split_once('\t')).collect();
    let unmet: Vec<_> =
        packages.iter().filter(|(_, licence)| !is_met(licence.trim_end_matches(" (*)"), &allowed)).collect();
    assert!(packages.len() > 100 && unmet.is_empty(), "{} packages, not allowed: {unmet:#?}", packages.len());
}

#[test]
fn a_licence_expression_is_read_whole() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()]);
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(GPL-3.0 OR MIT) AND MIT", true),
        ("Apache-2.0", false),
        ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
        ("", false),
    ] {
        assert_eq!(is_met(expression, &allowed), met, "{expression}");
    }
}

#[test]
fn nothing_banned_and_nothing_from_elsewhere() {
    let banned = listed("bans", "deny");
    assert!(banned.contains("openssl-sys"), "{banned:?}");
    let lock = "Cargo.lock";
    let text = fs::read_to_string(root().join(lock)).expect("the lock file");
    let value = |line: &str, key: &str| {
        line.strip_prefix(key).map(|rest| rest.trim_start_matches(" = ").trim_matches('"').to_owned())
    };
    let found: Vec<String> =
        text.lines().filter_map(|l| value(l, "name")).filter(|name| banned.contains(name)).collect();
    assert!(found.is_empty(), "{lock} has {found:?}");
    let sources: BTreeSet<String> = text.lines().filter_map(|l| value(l, "source")).collect();
    assert!(sources.len() == 1 && sources.iter().all(|s| s.starts_with("registry+")), "{lock}: {sources:?}");
}
