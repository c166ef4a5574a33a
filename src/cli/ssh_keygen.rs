//! Signing and verifying by the user's own `ssh-keygen`, as git does it: so agents, hardware keys,
//! passphrases, certificates and lists of revoked keys work the way their owners know.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::Context;

const PROGRAM: &str = "ssh-keygen";

/// Signs a text. Passphrases and touches are asked for by the program itself, on the terminal.
pub(super) fn sign(text: &str, namespace: &str, key: &Path) -> anyhow::Result<String> {
    let mut command = Command::new(PROGRAM);
    command.args(["-q", "-Y", "sign", "-n", namespace, "-f"]).arg(key).stderr(Stdio::inherit());
    let output = run(command, text.as_bytes())?;
    anyhow::ensure!(output.status.success(), "{PROGRAM} made no signature with the key {}", key.display());
    let signature = String::from_utf8(output.stdout).unwrap_or_default();
    anyhow::ensure!(
        signature.starts_with("-----BEGIN SSH SIGNATURE-----"),
        "{PROGRAM} wrote something else than a signature"
    );
    Ok(signature)
}

/// What to verify a signature against.
pub(super) struct Against<'a> {
    /// The list of allowed signers.
    pub(super) allowed: &'a Path,
    /// The keys that count no more.
    pub(super) revoked: Option<&'a Path>,
    /// What the signature must have been made for.
    pub(super) namespace: &'a str,
}

/// Verifies a signature that was made under this name; gives the fingerprint of the key, or says in
/// the program's words why it does not count.
pub(super) fn verify(
    text: &[u8],
    signature: &Path,
    name: &str,
    against: &Against<'_>,
) -> anyhow::Result<Result<String, String>> {
    let mut command = Command::new(PROGRAM);
    command.args(["-Y", "verify", "-n", against.namespace, "-I", name]);
    command.arg("-f").arg(against.allowed).arg("-s").arg(signature).stderr(Stdio::piped());
    if let Some(revoked) = against.revoked {
        command.arg("-r").arg(revoked);
    }
    let output = run(command, text)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
        return Ok(Err(lines.collect::<Vec<_>>().join("; ")));
    }
    // Good "NAMESPACE" signature for NAME with ED25519 key SHA256:…
    let said = String::from_utf8_lossy(&output.stdout);
    let key = said.split_whitespace().next_back().filter(|word| word.starts_with("SHA256:"));
    Ok(key.map(str::to_owned).ok_or_else(|| format!("{PROGRAM} does not say which key it is")))
}

fn run(mut command: Command, input: &[u8]) -> anyhow::Result<Output> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("failed to start {PROGRAM}, which signs and verifies approvals (it comes with OpenSSH 8.1 or newer)"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // Who ends without reading says why by its status.
        drop(stdin.write_all(input));
    }
    child.wait_with_output().with_context(|| format!("failed to hear from {PROGRAM}"))
}
