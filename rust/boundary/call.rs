// SPDX-License-Identifier: Apache-2.0
//! From a Python thread into the core and back.

use pyo3::prelude::*;

use super::{exceptions, log};
use crate::error::CoreError;
use crate::runtime::{self, Core};

/// Does work while other Python threads go on. The one place that releases the GIL.
pub fn outside_python<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> T {
    log::install();
    py.detach(work)
}

/// Runs a story on the process's core.
pub fn with_core<T: Send>(py: Python<'_>, story: impl AsyncFnOnce(&Core) -> Result<T, CoreError> + Send) -> PyResult<T> {
    let done = outside_python(py, || runtime::core().and_then(|core| core.run(story(&core))));
    done.map_err(|error| exceptions::raise(py, &error))
}
