// SPDX-License-Identifier: Apache-2.0
//! The Helm program. The only file that starts a process.
//!
//! Helm is started through `setpriv --pdeathsig KILL`: the system ends it together with the conductor that
//! waits for it, however that ends. So a release that is pending while nobody holds its lock is an orphan.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{Chart, Helm, HelmError, Origin, ReleaseRef, StoredRelease, stored};
use crate::settings::Settings;
use crate::values::Values;

/// Starts a program that the system ends when the thread that started it is gone.
const STARTER: &str = "setpriv";
/// Exit statuses by which it says that the program cannot be executed, or is not there.
const NOT_STARTED: [i32; 2] = [126, 127];
/// Revisions that Helm keeps of a release.
const HISTORY: &str = "10";
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

    /// Runs Helm on a release.
    async fn change(&self, act: &'static str, release: ReleaseRef<'_>, arguments: &[&str], input: &str) -> Result<Vec<u8>, HelmError> {
        let mut command = self.command();
        command.args(arguments).args(["--namespace", release.namespace, "--timeout", &format!("{}s", self.timeout.as_secs())]);
        if let Some(kubeconfig) = &self.kubeconfig {
            command.arg("--kubeconfig").arg(kubeconfig);
        }
        self.run(act, command, input).await
    }

    /// Runs Helm with `input` on its standard input; values never stand among its arguments.
    async fn run(&self, act: &'static str, mut command: Command, input: &str) -> Result<Vec<u8>, HelmError> {
        let no_starter = |error: std::io::Error| HelmError::NoStarter(error.to_string());
        let mut child = command.spawn().map_err(no_starter)?;
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
            Ok(output) => self.outcome(act, output.map_err(no_starter)?),
        }
    }

    fn outcome(&self, act: &'static str, output: Output) -> Result<Vec<u8>, HelmError> {
        if output.status.success() {
            return Ok(output.stdout);
        }
        let not_started = output.status.code().is_some_and(|code| NOT_STARTED.contains(&code));
        let reason = match output.status.signal() {
            Some(signal) => format!("it was ended from outside by signal {signal}; try again"),
            None => cause(&output.stderr),
        };
        match reason.strip_prefix("setpriv: ") {
            Some(refused) if not_started => {
                let reason = refused.rsplit(": ").next().unwrap_or(refused).to_owned();
                Err(HelmError::Missing { program: self.program.display().to_string(), reason })
            }
            Some(refused) => Err(HelmError::NoStarter(refused.to_owned())),
            None => Err(HelmError::Failed { act, reason }),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that starts a process")]
    fn command(&self) -> Command {
        let mut command = Command::new(STARTER);
        command.args(["--pdeathsig", "KILL", "--"]).arg(&self.program);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

impl Helm for HelmCli {
    async fn upgrade(&self, release: ReleaseRef<'_>, chart: &Chart, values: &Values) -> Result<i64, HelmError> {
        let (path, description) = (chart.path.to_string_lossy(), stored::description(chart));
        let mut arguments = vec!["upgrade", release.name, &path, "--install", "--output", "json"];
        arguments.extend(["--history-max", HISTORY, "--description", &description, "--values", "-"]);
        let printed = self.change("install the cluster's release", release, &arguments, &values.to_json()).await?;
        let answer: serde_json::Value = serde_json::from_slice(&printed).unwrap_or_default();
        Ok(answer.get("version").and_then(serde_json::Value::as_i64).unwrap_or_default())
    }

    async fn preview(&self, release: ReleaseRef<'_>, chart: &Chart, values: &Values) -> Result<StoredRelease, HelmError> {
        const ACT: &str = "render the cluster's release";
        let arguments = ["upgrade", release.name, &chart.path.to_string_lossy(), "--dry-run=server", "--output", "json", "--values", "-"];
        let printed = self.change(ACT, release, &arguments, &values.to_json()).await?;
        serde_json::from_slice(&printed).map_err(|error| HelmError::Failed { act: ACT, reason: error.to_string() })
    }

    async fn roll_back(&self, release: ReleaseRef<'_>, revision: i64) -> Result<(), HelmError> {
        let arguments = ["rollback", release.name, &revision.to_string(), "--history-max", HISTORY];
        self.change("roll the cluster's release back", release, &arguments, "").await.map(drop)
    }

    async fn uninstall(&self, release: ReleaseRef<'_>) -> Result<(), HelmError> {
        let arguments = ["uninstall", release.name, "--ignore-not-found"];
        self.change("uninstall the cluster's release", release, &arguments, "").await.map(drop)
    }

    async fn pull(&self, origin: &Origin, into: &Path) -> Result<(), HelmError> {
        let mut command = self.command();
        command.args(["pull", &origin.reference, "--version", &origin.version, "--destination"]).arg(into);
        if let Some(repository) = &origin.repository {
            command.args(["--repo", repository]);
        }
        self.run("pull the cluster chart", command, "").await.map(drop)
    }
}

/// Words with which Helm wraps what others said. Those that end with a blank go on until the next colon.
const WRAPPINGS: [&str; 7] = [
    "Error:",
    "INSTALLATION FAILED:",
    "UPGRADE FAILED:",
    "failed to create resource:",
    "unable to build kubernetes objects from ",
    "server-side apply failed for object ",
    "execution error at ",
];

fn unwrapped(text: &str) -> Option<&str> {
    let wrapping = WRAPPINGS.iter().find(|wrapping| text.starts_with(**wrapping))?;
    let (_, inner) = if wrapping.ends_with(':') { text.split_once(':')? } else { text.split_once(": ")? };
    Some(inner.trim_start())
}

/// The cause in what Helm wrote to its standard error: the last line that is an error, without the words
/// with which Helm wraps every error.
fn cause(stderr: &[u8]) -> String {
    const LONGEST: usize = 600;
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("WARNING")).collect();
    let from = lines.iter().rposition(|line| line.starts_with("Error:")).unwrap_or(0);
    let whole = lines[from.min(lines.len())..].join(" ");
    let mut cause = whole.as_str();
    while let Some(inner) = unwrapped(cause) {
        cause = inner;
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
        let nested =
            b"level=WARN msg=old\nError: INSTALLATION FAILED: failed to create resource: admission webhook \"w\" denied the request: no\n";
        assert_eq!(cause(nested), "admission webhook \"w\" denied the request: no");
        let applied = b"Error: UPGRADE FAILED: server-side apply failed for object n/o v1, Kind=O: O \"o\" is invalid: name: bad\n";
        assert_eq!(cause(applied), "O \"o\" is invalid: name: bad");
        assert_eq!(cause(b"Error: execution error at (chart/templates/all.yaml:1:3): this chart is broken\n"), "this chart is broken");
    }

    fn outcome(status: i32, stderr: &str) -> HelmError {
        let helm = HelmCli::new(&Settings::default());
        let output = Output { status: std::process::ExitStatus::from_raw(status), stdout: Vec::new(), stderr: stderr.into() };
        helm.outcome("act", output).expect_err("a failure")
    }

    #[test]
    fn who_failed_is_told_apart() {
        const EXITED: i32 = 0x100;
        let missing = outcome(127 * EXITED, "setpriv: failed to execute helm: No such file or directory\n");
        assert_eq!(missing.to_string().split(". ").next(), Some("Helm cannot be started as helm: No such file or directory"));
        assert!(matches!(outcome(EXITED, "setpriv: unrecognized option '--pdeathsig'"), HelmError::NoStarter(_)));
        assert!(matches!(outcome(EXITED, "Error: no"), HelmError::Failed { reason, .. } if reason == "no"));
        assert!(outcome(9, "").to_string().contains("by signal 9"));
    }
}
