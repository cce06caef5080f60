// SPDX-License-Identifier: Apache-2.0
//! Fixtures that the tests of the core share.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs;
use std::path::{Path, PathBuf};

use magnum_capi_rdma::request::ClusterRequest;
use magnum_capi_rdma::values::samples;
use serde_json::{Map, Value};

/// A path in the source tree.
pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// A JSON document of the source tree.
pub fn document(relative: &str) -> Value {
    let text = fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// The request of the documentation, which every other one changes.
pub fn example() -> Value {
    document("docs/examples/rdma-cluster.json")
}

/// A document as a request.
pub fn request(document: Value) -> ClusterRequest {
    serde_json::from_value(document).expect("a request")
}

/// The example, and each fixture of `tests/fixtures/requests` laid on top of it.
pub fn requests() -> Vec<(String, Value)> {
    samples::requests()
}

/// Applies a JSON merge patch.
pub fn patched(target: &mut Value, patch: &Value) {
    samples::patch(target, patch.clone());
}

/// A document with changes by JSON pointer: `null` removes, a last `-` appends to a list.
pub fn changed(document: &Value, changes: &Map<String, Value>) -> Value {
    let mut document = document.clone();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        match document.pointer_mut(parent).unwrap_or_else(|| panic!("{parent} is not there")) {
            Value::Array(list) if key == "-" => list.push(value.clone()),
            Value::Array(list) => list[key.parse::<usize>().expect("an index")] = value.clone(),
            Value::Object(map) if value.is_null() => drop(map.remove(key)),
            Value::Object(map) => drop(map.insert(key.to_owned(), value.clone())),
            other => panic!("{parent} is {other}"),
        }
    }
    document
}

/// Compares with a golden file, or writes it if `UPDATE_GOLDEN` is set.
pub fn assert_golden(relative: &str, text: &str) {
    let file = path("tests/golden").join(relative);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(&file, text).expect("written");
        return;
    }
    let golden = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}; UPDATE_GOLDEN=1 writes it", file.display()));
    assert!(golden == text, "{} differs; UPDATE_GOLDEN=1 writes it anew:\n{text}", file.display());
}
