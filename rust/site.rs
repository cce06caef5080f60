// SPDX-License-Identifier: Apache-2.0
//! The operator's own files in `values_directory`: those for all clusters, and a folder for each layer that
//! a template may ask for by its label `values_overrides`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::model::labels::is_layer;
use crate::values::{self, Defect, OverrideFile, ValuesError};

/// What the extension of a file must be: only then is what it interpolates quoted.
const EXTENSION: &str = "yaml";

/// What lies in the operator's directory.
#[derive(Debug, Clone, Default)]
pub struct Site {
    directory: Option<PathBuf>,
    base: Vec<OverrideFile>,
    layers: BTreeMap<String, Vec<OverrideFile>>,
}

impl Site {
    /// Reads the directory; nothing is fine where there is none.
    ///
    /// # Errors
    /// [`ValuesError::Overrides`] with everything that cannot be read or does not belong there.
    pub fn read(directory: Option<&Path>) -> Result<Self, ValuesError> {
        let Some(directory) = directory else { return Ok(Self::default()) };
        let mut defects = Vec::new();
        let (base, folders) = contents(directory, &mut defects);
        let mut layers = BTreeMap::new();
        for folder in folders {
            let name = name(&folder);
            let (files, inner) = contents(&folder, &mut defects);
            defects.extend(inner.iter().map(|path| Defect::of(shown(path), "a layer has no folders of its own")));
            if !is_layer(&name) {
                defects.push(Defect::of(shown(&folder), "a layer's name is made of small letters, digits and hyphens"));
            }
            layers.insert(name, files);
        }
        let site = Self { directory: Some(directory.to_owned()), base, layers };
        if defects.is_empty() { Ok(site) } else { Err(ValuesError::Overrides(defects)) }
    }

    /// The files that are laid over a cluster's values, in their order: those for all clusters, then each
    /// layer that it asks for.
    ///
    /// # Errors
    /// [`ValuesError::Overrides`] if there is no such layer.
    pub fn files(&self, layers: &[String]) -> Result<Vec<OverrideFile>, ValuesError> {
        let missing: Vec<Defect> =
            layers.iter().filter(|layer| !self.layers.contains_key(*layer)).map(|layer| self.no_layer(layer)).collect();
        if !missing.is_empty() {
            return Err(ValuesError::Overrides(missing));
        }
        let chosen = layers.iter().filter_map(|layer| self.layers.get(layer)).flatten();
        Ok(self.base.iter().chain(chosen).cloned().collect())
    }

    /// Everything that is wrong with the files, found by trying them on clusters of every shape.
    ///
    /// # Errors
    /// [`ValuesError`] if the driver's own templates are defective.
    pub fn defects(&self) -> Result<Vec<Defect>, ValuesError> {
        let all: Vec<OverrideFile> = self.base.iter().chain(self.layers.values().flatten()).cloned().collect();
        values::defects(&all)
    }

    fn no_layer(&self, layer: &str) -> Defect {
        let names: Vec<&str> = self.layers.keys().map(String::as_str).collect();
        match &self.directory {
            None => Defect::of("values_directory", format!("it is not set, and the template asks for the layer {layer}")),
            Some(directory) if names.is_empty() => Defect::of(shown(directory), format!("there is no layer {layer}, nor any other")),
            Some(directory) => Defect::of(shown(directory), format!("there is no layer {layer}; there are {}", names.join(", "))),
        }
    }
}

/// The files of a directory with their texts, and its folders, by name. Hidden ones and notes (`*.md`) are left out.
fn contents(directory: &Path, defects: &mut Vec<Defect>) -> (Vec<OverrideFile>, Vec<PathBuf>) {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    let mut paths = match fs::read_dir(directory).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>())
    {
        Ok(paths) => paths,
        Err(error) => {
            defects.push(Defect::of(shown(directory), format!("it cannot be read: {error}")));
            Vec::new()
        }
    };
    paths.retain(|path| !name(path).starts_with('.') && path.extension().is_none_or(|extension| extension != "md"));
    paths.sort();
    for path in paths {
        if path.is_dir() {
            folders.push(path);
        } else if path.extension().is_none_or(|extension| extension != EXTENSION) {
            defects.push(Defect::of(shown(&path), format!("the name of a file with values ends in .{EXTENSION}")));
        } else {
            match fs::read_to_string(&path) {
                Ok(text) => files.push(OverrideFile { path: shown(&path), text }),
                Err(error) => defects.push(Defect::of(shown(&path), format!("it cannot be read: {error}"))),
            }
        }
    }
    (files, folders)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
