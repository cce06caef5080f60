// SPDX-License-Identifier: Apache-2.0
//! Charts of repositories and registries: pulled once, kept as `<name>-<version>-<digest>.tgz` in a folder
//! for each place that charts come from.
//!
//! An archive appears whole or not at all, since it is pulled into a draft and renamed. A lock on a file,
//! which the system takes away from a process that ends, keeps conductors on one host from pulling side by side.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{Chart, Origin, digest_of_file, hexadecimal, pinned, unusable};
use crate::helm::{Helm, HelmError};

/// How long to wait before the lock is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// The chart as it is kept, pulled if it is not.
pub async fn chart(directory: &Path, origin: &Origin, pins: &[String], patience: Duration, helm: &impl Helm) -> Result<Chart, HelmError> {
    let folder = directory.join(place(origin));
    let failed = |error: io::Error| unusable(&folder, &error);
    if let Some(chart) = find(&folder, origin, pins).map_err(failed)? {
        return Ok(chart);
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    let _lock = lock(&folder, patience).await?;
    if let Some(chart) = find(&folder, origin, pins).map_err(failed)? {
        return Ok(chart);
    }
    let draft = folder.join(".draft");
    // Whoever left a draft is gone, or would hold the lock.
    remove(&draft).map_err(failed)?;
    fs::create_dir(&draft).map_err(failed)?;
    tracing::info!("pulling the chart {}", origin.described());
    let pulled = match helm.pull(origin, &draft).await {
        Ok(()) => keep(&folder, &draft, origin, pins),
        Err(error) => Err(error),
    };
    remove(&draft).map_err(failed)?;
    pulled
}

/// A folder for each place that charts come from: two repositories may call different charts alike.
fn place(origin: &Origin) -> String {
    let whole = origin.repository.as_deref().unwrap_or(&origin.reference);
    hexadecimal(Sha256::digest(whole)).chars().take(16).collect()
}

fn file_name(origin: &Origin, digest: &str) -> String {
    format!("{}-{}-{digest}.tgz", origin.name(), origin.version)
}

/// The kept archive, the first by name of those that are pinned. One that is not what its name says is damaged and is not taken.
fn find(folder: &Path, origin: &Origin, pins: &[String]) -> io::Result<Option<Chart>> {
    if !folder.is_dir() {
        return Ok(None);
    }
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    paths.sort();
    for path in paths.into_iter().filter(|path| path.is_file()) {
        let digest = digest_of_file(&path)?;
        let named = path.file_name().is_some_and(|name| name == file_name(origin, &digest).as_str());
        if named && (pins.is_empty() || pins.contains(&digest)) {
            return Ok(Some(Chart { path, digest }));
        }
    }
    Ok(None)
}

async fn lock(folder: &Path, patience: Duration) -> Result<File, HelmError> {
    let path = folder.join(".lock");
    let file = File::options().create(true).append(true).open(&path).map_err(|error| unusable(&path, &error))?;
    let locked = async {
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(fs::TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
                Err(fs::TryLockError::Error(error)) => return Err(unusable(&path, &error)),
            }
        }
    };
    match tokio::time::timeout(patience, locked).await {
        Ok(outcome) => outcome.map(|()| file),
        Err(_) => Err(HelmError::Chart(format!("another process is still pulling into {}", folder.display()))),
    }
}

/// Puts what was pulled in its place, if it is what the operator pinned.
fn keep(folder: &Path, draft: &Path, origin: &Origin, pins: &[String]) -> Result<Chart, HelmError> {
    let failed = |error: io::Error| unusable(folder, &error);
    let archive = fs::read_dir(draft)
        .map_err(failed)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
        .ok_or_else(|| HelmError::Chart(format!("Helm pulled no archive of {}", origin.described())))?;
    let digest = digest_of_file(&archive).map_err(failed)?;
    pinned(&origin.described(), &digest, pins)?;
    let path = folder.join(file_name(origin, &digest));
    fs::rename(&archive, &path).map_err(failed)?;
    Ok(Chart { path, digest })
}

fn remove(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
