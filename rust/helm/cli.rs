// SPDX-License-Identifier: Apache-2.0
//! The Helm program. The only file that starts a process.

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{Chart, Helm, HelmError, ReleaseRef};
use crate::management::Deployed;
use crate::settings::Settings;
use crate::values::Values;

/// Revisions that Helm keeps of a release.
const HISTORY: &str = "10";
/// What a revision says of who made it.
const DESCRIPTION: &str = concat!("magnum-capi-rdma ", env!("CARGO_PKG_VERSION"));
/// Time for Helm to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(10);

/// The Helm program with the operator's settings. Works with Helm 3 and 4.
#[derive(Debug, Clone)]
pub struct HelmCli {
    program: PathBuf,
    kubeconfig: Option<PathBuf>,
    timeout: Duration,
}

impl HelmCli {
    /// The program that the settings name.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { program: settings.helm_binary.clone(), kubeconfig: settings.kubeconfig.clone(), timeout: settings.helm_timeout() }
    }

    /// Runs Helm with `input` on its standard input; values never stand among its arguments.
    async fn run(&self, act: &'static str, release: ReleaseRef<'_>, arguments: &[&str], input: &str) -> Result<Output, HelmError> {
        let missing = |error: std::io::Error| HelmError::Missing { program: self.program.display().to_string(), reason: error.to_string() };
        let mut command = self.command(release, arguments);
        let mut child = command.spawn().map_err(missing)?;
        let mut stdin = child.stdin.take();
        let talk = async {
            if let Some(stdin) = stdin.as_mut() {
                // Helm may end before it has read all; its own message then says why.
                let _ = stdin.write_all(input.as_bytes()).await;
            }
            drop(stdin);
            child.wait_with_output().await
        };
        match tokio::time::timeout(self.timeout + GRACE, talk).await {
            Err(_) => Err(HelmError::Late { act, limit: self.timeout }),
            Ok(output) => output.map_err(missing),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that starts a process")]
    fn command(&self, release: ReleaseRef<'_>, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).args(["--namespace", release.namespace, "--timeout", &format!("{}s", self.timeout.as_secs())]);
        if let Some(kubeconfig) = &self.kubeconfig {
            command.arg("--kubeconfig").arg(kubeconfig);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

impl Helm for HelmCli {
    async fn upgrade(&self, release: ReleaseRef<'_>, chart: &Chart, values: &Values) -> Result<i64, HelmError> {
        let mut arguments = vec!["upgrade", release.name, &chart.reference, "--install", "--output", "json"];
        arguments.extend(["--history-max", HISTORY, "--description", DESCRIPTION, "--values", "-"]);
        if let Some(repository) = &chart.repository {
            arguments.extend(["--repo", repository]);
        }
        if let Some(version) = &chart.version {
            arguments.extend(["--version", version]);
        }
        let output = self.run("install", release, &arguments, &values.to_json()).await?;
        if !output.status.success() {
            return Err(HelmError::Failed { act: "install", reason: cause(&output.stderr) });
        }
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        Ok(answer.get("version").and_then(serde_json::Value::as_i64).unwrap_or_default())
    }

    async fn preview(&self, release: ReleaseRef<'_>, chart: &Chart, values: &Values) -> Result<Deployed, HelmError> {
        const ACT: &str = "render";
        let mut arguments = vec!["upgrade", release.name, &chart.reference, "--dry-run=server", "--output", "json", "--values", "-"];
        if let Some(repository) = &chart.repository {
            arguments.extend(["--repo", repository]);
        }
        if let Some(version) = &chart.version {
            arguments.extend(["--version", version]);
        }
        let output = self.run(ACT, release, &arguments, &values.to_json()).await?;
        if !output.status.success() {
            return Err(HelmError::Failed { act: ACT, reason: cause(&output.stderr) });
        }
        serde_json::from_slice(&output.stdout).map_err(|error| HelmError::Failed { act: ACT, reason: error.to_string() })
    }

    async fn uninstall(&self, release: ReleaseRef<'_>) -> Result<(), HelmError> {
        let output = self.run("uninstall", release, &["uninstall", release.name, "--ignore-not-found"], "").await?;
        if output.status.success() { Ok(()) } else { Err(HelmError::Failed { act: "uninstall", reason: cause(&output.stderr) }) }
    }
}

/// The cause in what Helm wrote to its standard error: the last line that is an error, without the words
/// with which Helm wraps every error.
fn cause(stderr: &[u8]) -> String {
    const LONGEST: usize = 600;
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("WARNING")).collect();
    let from = lines.iter().rposition(|line| line.starts_with("Error:")).unwrap_or(0);
    let mut cause = lines[from.min(lines.len())..].join(" ");
    for wrapping in ["Error: ", "INSTALLATION FAILED: ", "UPGRADE FAILED: ", "execution error at "] {
        cause = cause.strip_prefix(wrapping).unwrap_or(&cause).to_owned();
    }
    let cut: String = cause.chars().take(LONGEST).collect();
    if cut.is_empty() { "it ended without a word".to_owned() } else { cut.trim_end_matches('.').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_cause_is_told() {
        let stderr = b"WARNING: Kubernetes configuration file is group-readable.\nError: UPGRADE FAILED: cannot patch \"x\"\n  field is immutable.\n";
        assert_eq!(cause(stderr), "cannot patch \"x\" field is immutable");
        assert_eq!(cause(b""), "it ended without a word");
        assert_eq!(cause(b"panic: oh no"), "panic: oh no");
    }
}
