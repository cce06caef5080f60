// SPDX-License-Identifier: Apache-2.0
//! The cluster chart within this crate, unpacked where Helm can read it.

use std::fs;
use std::io;
use std::path::Path;

use include_dir::{Dir, DirEntry, include_dir};

use super::{Chart, digest_of_files};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/charts/openstack-cluster");

/// Every file of the embedded chart with its content.
fn files<'a>(directory: &'a Dir<'a>, into: &mut Vec<(&'a Path, &'a [u8])>) {
    for entry in directory.entries() {
        match entry {
            DirEntry::Dir(inner) => files(inner, into),
            DirEntry::File(file) => into.push((file.path(), file.contents())),
        }
    }
}

/// Unpacks the embedded chart below `parent`, in a directory named by its content.
///
/// It appears there whole or not at all, so that conductors starting side by side do not disturb each other.
pub fn unpacked(parent: &Path) -> io::Result<Chart> {
    let mut all = Vec::new();
    files(&EMBEDDED, &mut all);
    let digest = digest_of_files(all.clone());
    let name = format!("openstack-cluster-{}", &digest[..16]);
    let target = parent.join(&name);
    if !target.is_dir() {
        let draft = parent.join(format!(".{name}-{}", std::process::id()));
        for (path, content) in all {
            let file = draft.join(path);
            fs::create_dir_all(file.parent().unwrap_or(&draft))?;
            fs::write(file, content)?;
        }
        match fs::rename(&draft, &target) {
            Err(_) if target.is_dir() => fs::remove_dir_all(&draft)?,
            other => other?,
        }
    }
    Ok(Chart { path: target, digest })
}
