// SPDX-License-Identifier: Apache-2.0
//! The core's errors as Python exceptions.

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use serde_json::json;

use super::document::to_python;
use crate::error::CoreError as Error;

create_exception!(_core, CoreError, PyException, "Something kept the core from doing what it was asked; its text is one sentence.");
create_exception!(_core, InvalidRequest, CoreError, "The request has problems; nothing was made.");
create_exception!(_core, ManagementClusterError, CoreError, "The management cluster did not do its part.");
create_exception!(_core, HelmError, CoreError, "Helm did not do its part.");
create_exception!(_core, StillThere, CoreError, "Objects of a cluster are left although it was said to be gone.");

/// The exception of an error, with its `code` and, for an invalid request, its `problems`.
pub fn raise(py: Python<'_>, error: &Error) -> PyErr {
    let text = error.to_string();
    let exception = match error {
        Error::InvalidRequest(_) => InvalidRequest::new_err(text),
        Error::Management(_) | Error::Lock(_) => ManagementClusterError::new_err(text),
        Error::Helm(_) => HelmError::new_err(text),
        Error::StillThere(_) => StillThere::new_err(text),
        Error::Values(_) | Error::Manifest(_) | Error::Start(_) => CoreError::new_err(text),
    };
    let problems = match error {
        Error::InvalidRequest(problems) => to_python(py, problems),
        _ => to_python(py, &json!([])),
    };
    with_attributes(py, exception, error.code(), problems)
}

/// The exception for a document that is not of its type.
pub fn bad_document(path: &str, message: &str) -> PyErr {
    Python::attach(|py| {
        let problem = json!([{"code": "document", "path": path, "message": message, "allowed": null, "remedy": "Correct the document."}]);
        let exception = InvalidRequest::new_err(format!("{path}: {message}. Correct the document. [document]"));
        with_attributes(py, exception, "invalid-request", to_python(py, &problem))
    })
}

fn with_attributes(py: Python<'_>, exception: PyErr, code: &str, problems: PyResult<Bound<'_, PyAny>>) -> PyErr {
    let value = exception.value(py);
    match value.setattr("code", code).and_then(|()| value.setattr("problems", problems?)) {
        Ok(()) => exception,
        Err(failed) => failed,
    }
}
