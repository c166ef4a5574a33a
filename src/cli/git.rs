//! Revisions of a repository, read through `git`. Nothing from the repository is ever run: objects are
//! read as they are, without hooks, filters, helpers or the network, and links are not followed.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::Context;

/// The largest file that is read.
const MOST_BYTES: usize = 64 << 20;

/// The files of one revision, by their path from the root of the repository.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    /// The commit.
    pub(super) commit: String,
    /// The folder we work in, from the root of the repository; empty at the root.
    pub(super) prefix: String,
    blobs: Arc<BTreeMap<String, String>>,
}

impl Tree {
    /// The files of a revision as a person names it: a branch, a tag, a commit.
    pub(super) fn of(revision: &str) -> anyhow::Result<Tree> {
        let prefix = text(git(&["rev-parse", "--show-prefix"])?, "the working folder")?;
        let named = format!("{revision}^{{commit}}");
        let commit = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &named])
            .map_err(|_| anyhow::anyhow!("there is no revision `{revision}` in this repository; a shallow clone may lack it (`git fetch origin {revision}`)"))?;
        let commit = text(commit, "the commit")?.trim().to_owned();
        let listed = git(&["ls-tree", "-r", "-z", "--full-tree", &commit])?;
        let blobs = listed.split(|byte| *byte == 0).filter_map(blob).collect();
        Ok(Tree { commit, prefix: prefix.trim_end_matches(['\n', '/']).to_owned(), blobs: Arc::new(blobs) })
    }

    /// The path of a file, as it is named from the folder we work in; none if it leads outside.
    pub(super) fn path(&self, named: &Path) -> Option<String> {
        within(&self.prefix, named)
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.blobs.contains_key(path)
    }

    /// The names of the files directly in a folder.
    pub(super) fn names_in(&self, folder: &str) -> Vec<&str> {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let inside = self.blobs.keys().filter_map(|path| path.strip_prefix(&start));
        inside.filter(|name| !name.contains('/')).collect()
    }

    /// A file's bytes.
    pub(super) fn read(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let Some(object) = self.blobs.get(path) else {
            anyhow::bail!("there is no file {path} in {}", self.commit)
        };
        let bytes = git(&["cat-file", "blob", object])?;
        anyhow::ensure!(bytes.len() <= MOST_BYTES, "{path} is larger than {MOST_BYTES} bytes");
        Ok(bytes)
    }
}

/// The revision at which a configuration stands: the commit, and whether any of its files differs from
/// it. Empty where it is in no repository, or where none of it was ever committed.
pub(super) fn revision_of(texts: &BTreeMap<Arc<str>, Arc<str>>) -> String {
    let Ok(tree) = Tree::of("HEAD") else { return String::new() };
    let files = texts.iter().filter_map(|(name, text)| Some((tree.path(Path::new(&**name))?, text)));
    let (mut known, mut same) = (false, true);
    for (path, text) in files {
        if tree.has(&path) {
            known = true;
            same &= tree.read(&path).is_ok_and(|bytes| bytes == text.as_bytes());
        } else {
            same = false;
        }
    }
    match (known, same) {
        (false, _) => String::new(),
        (true, true) => tree.commit,
        (true, false) => format!("{} with changes", tree.commit),
    }
}

/// A path from the root of the repository, with `.` and `..` worked out by name alone.
pub(super) fn within(folder: &str, named: &Path) -> Option<String> {
    let mut parts: Vec<String> =
        folder.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    for component in named.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?.to_owned()),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// A line of `ls-tree`: plain files only, so neither links nor other repositories.
fn blob(line: &[u8]) -> Option<(String, String)> {
    let line = std::str::from_utf8(line).ok()?;
    let (head, path) = line.split_once('\t')?;
    let mut words = head.split(' ');
    let (mode, kind, object) = (words.next()?, words.next()?, words.next()?);
    (kind == "blob" && matches!(mode, "100644" | "100755")).then(|| (path.to_owned(), object.to_owned()))
}

fn text(bytes: Vec<u8>, what: &str) -> anyhow::Result<String> {
    String::from_utf8(bytes).with_context(|| format!("git names {what} by something that is no text"))
}

fn git(args: &[&str]) -> anyhow::Result<Vec<u8>> {
    let mut command = Command::new("git");
    command.args(["--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs"]);
    command.args([
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "protocol.allow=never",
    ]);
    command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0");
    let output = command
        .args(args)
        .stdin(Stdio::null())
        .output()
        .context("failed to start git, which reads the revisions")?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::bail!("git says: {}", said.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_repository() {
        for (folder, named, path) in [
            ("", "a.yaml", Some("a.yaml")),
            ("infra/prod", "../x.yaml", Some("infra/x.yaml")),
            ("infra", "./a/../b.yaml", Some("infra/b.yaml")),
            ("infra", "../../etc/passwd", None),
            ("", "/etc/passwd", None),
        ] {
            assert_eq!(within(folder, Path::new(named)).as_deref(), path, "{folder} {named}");
        }
    }

    #[test]
    fn only_plain_files_are_listed() {
        assert_eq!(blob(b"100644 blob abc\tx y\n.yaml"), Some(("x y\n.yaml".into(), "abc".into())));
        for other in ["120000 blob abc\tlink", "160000 commit abc\tmodule", "040000 tree abc\tfolder", ""] {
            assert_eq!(blob(other.as_bytes()), None, "{other}");
        }
    }
}
