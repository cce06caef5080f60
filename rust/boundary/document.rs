// SPDX-License-Identifier: Apache-2.0
//! Python documents and Rust types, one into the other. What does not fit is named by its path.

use pyo3::prelude::*;
use pythonize::{Depythonizer, pythonize};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::exceptions;

/// Reads a document; `name` is what its paths begin with.
///
/// # Errors
/// `InvalidRequest` with the path of the field that does not fit.
pub fn from_python<T: DeserializeOwned>(document: &Bound<'_, PyAny>, name: &str) -> PyResult<T> {
    serde_path_to_error::deserialize(&mut Depythonizer::from_object(document)).map_err(|error| {
        let path = match error.path().to_string() {
            whole if whole == "." => name.to_owned(),
            inner => format!("{name}.{inner}"),
        };
        exceptions::bad_document(&path, &error.inner().to_string())
    })
}

/// Writes a document.
///
/// # Errors
/// Python has no memory left.
pub fn to_python<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    Ok(pythonize(py, value)?)
}
