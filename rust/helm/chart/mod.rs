// SPDX-License-Identifier: Apache-2.0
//! The cluster chart: where the operator says it is, and the copy on disk that Helm is given. It is
//! pulled once and kept, so no operation depends on a repository, or on what the repository has since.

mod embedded;
mod kept;
mod source;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Helm, HelmError};
use crate::settings::Settings;

pub use source::{Origin, Source};

/// A chart on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chart {
    /// A directory or an archive.
    pub path: PathBuf,
    /// SHA-256 of the archive, or of all files of the directory, in hexadecimal digits.
    pub digest: String,
}

/// The chart that the settings name, pulled or unpacked if it is not on disk yet.
///
/// `version` is what a template asks for.
///
/// # Errors
/// [`HelmError::Chart`] if the settings contradict each other or the chart is not the one that they pin,
/// or what Helm said when it pulled.
pub async fn chart(settings: &Settings, version: Option<&str>, helm: &impl Helm) -> Result<Chart, HelmError> {
    match Source::read(settings, version)? {
        Source::Embedded => embedded::unpacked(&settings.chart_directory).map_err(|error| unusable(&settings.chart_directory, &error)),
        Source::Local(path) => local(path, &settings.chart_digest),
        Source::Remote(origin) => {
            kept::chart(&settings.chart_directory, &origin, &settings.chart_digest, settings.helm_timeout(), helm).await
        }
    }
}

/// A chart that the operator put on this host.
fn local(path: &Path, pins: &[String]) -> Result<Chart, HelmError> {
    let digest = if path.is_dir() { digest_of_directory(path) } else { digest_of_file(path) }.map_err(|error| unusable(path, &error))?;
    if path.is_dir() && !pins.is_empty() {
        return Err(HelmError::Chart(format!("{} is a directory, and chart_digest pins archives only", path.display())));
    }
    pinned(&path.display(), &digest, pins)?;
    Ok(Chart { path: path.to_owned(), digest })
}

fn unusable(path: &Path, error: &io::Error) -> HelmError {
    HelmError::Chart(format!("{}: {error}", path.display()))
}

/// Refuses an archive that the operator did not pin, if any is pinned.
fn pinned(name: &impl std::fmt::Display, digest: &str, pins: &[String]) -> Result<(), HelmError> {
    if pins.is_empty() || pins.iter().any(|pin| pin == digest) {
        return Ok(());
    }
    Err(HelmError::Chart(format!("{name} has the digest {digest}, and chart_digest allows {} only", pins.join(", "))))
}

fn hexadecimal(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digest_of_file(path: &Path) -> io::Result<String> {
    Ok(hexadecimal(Sha256::digest(fs::read(path)?)))
}

fn digest_of_directory(directory: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    read_files(directory, directory, &mut files)?;
    Ok(digest_of_files(files.iter().map(|(path, content)| (path.as_path(), content.as_slice())).collect()))
}

fn read_files(root: &Path, directory: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            read_files(root, &path, into)?;
        } else {
            into.push((path.strip_prefix(root).unwrap_or(&path).to_owned(), fs::read(&path)?));
        }
    }
    Ok(())
}

/// One digest for files with their names; each is preceded by its length, so that no two sets are alike.
fn digest_of_files(mut files: Vec<(&Path, &[u8])>) -> String {
    files.sort_unstable();
    let mut hasher = Sha256::new();
    for (path, content) in files {
        for part in [path.as_os_str().as_encoded_bytes(), content] {
            hasher.update(part.len().to_be_bytes());
            hasher.update(part);
        }
    }
    hexadecimal(hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_tells_files_apart() {
        let one = digest_of_files(vec![(Path::new("a"), b"bc"), (Path::new("d"), b"")]);
        let other = digest_of_files(vec![(Path::new("ab"), b"c"), (Path::new("d"), b"")]);
        let sorted = digest_of_files(vec![(Path::new("d"), b""), (Path::new("a"), b"bc")]);
        assert_ne!(one, other);
        assert_eq!(one, sorted);
    }

    #[test]
    fn only_pinned_digests_pass() {
        let pins = ["aa".to_owned(), "bb".to_owned()];
        assert!(pinned(&"c", "bb", &pins).is_ok());
        assert!(pinned(&"c", "cc", &[]).is_ok());
        let refused = pinned(&"openstack-cluster 0.10.1", "cc", &pins).expect_err("a refusal").to_string();
        assert!(refused.contains("openstack-cluster 0.10.1 has the digest cc, and chart_digest allows aa, bb only"), "{refused}");
    }
}
