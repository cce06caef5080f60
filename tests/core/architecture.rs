// SPDX-License-Identifier: Apache-2.0
//! The rules of the core's architecture that a machine can check, beyond those of clippy.toml.
#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be read fails its test")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use magnum_capi_rdma::values::{RDMA_TEMPLATES, VALUE_TEMPLATES};
use support::path;

/// Longest source file, tests apart.
const MOST_LINES: usize = 300;
/// Files that may be longer, each with the reason.
const LONGER: &[(&str, &str)] = &[];

/// Modules that compute and nothing else.
const PURE: [&str; 8] = ["request", "problem", "validate", "model", "rdma", "values", "adoption", "status"];
/// Names by which a module would reach the world: threads, files, the network, the clock, the log.
const WORLD: [&str; 12] = [
    "tokio",
    "futures",
    "kube::",
    "tracing",
    "std::fs",
    "std::process",
    "std::thread",
    "std::env",
    "TcpStream",
    "UdpSocket",
    "Instant",
    "SystemTime",
];
/// Names that say nothing of what a module is about.
const NAMELESS: [&str; 8] = ["utils", "util", "common", "helpers", "helper", "misc", "shared", "lib"];

/// Files below a folder of the source tree, by their path in it.
fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(&path(folder), &mut found);
    found.retain(|path| path.extension().is_some_and(|found| found == extension));
    found.sort();
    let root = path("");
    let relative = |path: &Path| path.strip_prefix(&root).expect("a path in the tree").to_string_lossy().into_owned();
    found.iter().map(|path| (relative(path), fs::read_to_string(path).expect("text"))).collect()
}

fn sources() -> Vec<(String, String)> {
    let sources = files("rust", "rs");
    assert!(sources.len() > 30, "the sources are not where they were");
    sources
}

/// A file without its unit tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

/// Lines of code: neither comments nor tests.
fn code(text: &str) -> impl Iterator<Item = &str> {
    without_tests(text).lines().map(str::trim).filter(|line| !line.starts_with("//"))
}

/// The first part of a file's path below `rust/`: its module.
fn module(file: &str) -> &str {
    let inner = file.strip_prefix("rust/").unwrap_or(file);
    inner.split('/').next().unwrap_or(inner).trim_end_matches(".rs")
}

/// The modules of this crate that a line of code names.
fn uses(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or(rest))
}

#[test]
fn no_file_is_too_long() {
    for (file, text) in sources() {
        let lines = without_tests(&text).lines().count();
        let excepted = LONGER.iter().any(|(name, _)| *name == file);
        assert!(excepted || lines <= MOST_LINES, "{file} has {lines} lines: split it by what it is about");
        assert!(!excepted || lines > MOST_LINES, "{file} is short enough: take it from the list");
    }
}

#[test]
fn every_file_says_its_licence_and_what_it_is_about() {
    for (file, text) in sources().into_iter().chain(files("tests/core", "rs")) {
        assert!(text.starts_with("// SPDX-License-Identifier: Apache-2.0\n//! "), "{file}");
    }
    for (file, text) in files("helm-values", "yaml") {
        assert!(text.starts_with("# SPDX-License-Identifier: Apache-2.0\n# "), "{file}");
    }
}

#[test]
fn every_module_has_a_name_of_its_own() {
    for (file, _) in sources() {
        let nameless = file.split('/').skip(1).map(|part| part.trim_end_matches(".rs")).find(|part| NAMELESS.contains(part));
        assert!(file == "rust/lib.rs" || nameless.is_none(), "{file}: name the module after what it is about");
    }
}

#[test]
fn nothing_is_left_to_be_done() {
    for (file, text) in sources() {
        for word in ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!(", "dbg!(", "println!("] {
            assert!(!text.contains(word), "{file} contains {word}");
        }
    }
}

#[test]
fn only_the_boundary_knows_python() {
    for (file, text) in sources().into_iter().filter(|(file, _)| module(file) != "boundary") {
        let found = code(&text).find(|line| ["pyo3", "pythonize", "Python"].iter().any(|word| line.contains(word)));
        assert_eq!(found, None, "{file}");
    }
}

/// What is computed is kept apart from what is asked of the world, so that both can be read and tested by themselves.
#[test]
fn pure_modules_reach_neither_the_world_nor_the_rim() {
    let modules: BTreeSet<String> = sources().iter().map(|(file, _)| module(file).to_owned()).collect();
    assert!(PURE.iter().all(|pure| modules.contains(*pure)), "{modules:?}");
    for (file, text) in sources().into_iter().filter(|(file, _)| PURE.contains(&module(file))) {
        for line in code(&text) {
            let reached = WORLD.iter().find(|name| line.contains(**name));
            assert_eq!(reached, None, "{file} is pure: {line}");
            let used = uses(line).find(|name| modules.contains(*name) && !PURE.contains(name));
            assert_eq!(used, None, "{file} is pure: {line}");
        }
    }
}

/// The pipeline tells the story; nobody below it calls back into it.
#[test]
fn nothing_but_the_rim_above_uses_the_pipeline() {
    for (file, text) in sources() {
        let above = ["boundary", "runtime"].contains(&module(&file));
        assert!(above || code(&text).flat_map(uses).all(|used| used != "pipeline" && used != "boundary"), "{file}");
    }
}

#[test]
fn the_crates_root_is_a_table_of_contents() {
    let root = fs::read_to_string(path("rust/lib.rs")).expect("lib.rs");
    let other = code(&root).find(|line| !(line.is_empty() || line.starts_with("pub mod ") || line.starts_with("#[cfg(feature")));
    assert_eq!(other, None);
}

/// Each rule of clippy.toml has the one exception that it names.
#[test]
fn the_exceptions_from_clippys_rules_are_those_that_it_names() {
    let rules = fs::read_to_string(path("clippy.toml")).expect("clippy.toml");
    let excepted: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| code(text).any(|line| line.contains("clippy::disallowed_methods")))
        .map(|(file, _)| file.trim_start_matches("rust/").to_owned())
        .collect();
    assert!(!excepted.is_empty());
    for file in excepted {
        assert!(rules.contains(&format!("only {file} ")), "{file} is no exception that clippy.toml names");
    }
}

/// Who reads the watch gets objects of one cluster, and nothing by which it could change them.
#[test]
fn readers_of_the_watch_cannot_write() {
    let text = fs::read_to_string(path("rust/watch/mod.rs")).expect("watch");
    let exposed: Vec<&str> = code(&text)
        .filter(|line| line.starts_with("pub ") && (line.contains("&mut") || line.contains("-> &") || line.contains("Store>")))
        .collect();
    assert!(exposed.is_empty(), "{exposed:?}");
}

#[test]
fn every_value_template_is_compiled_in() {
    let known: BTreeSet<&str> = VALUE_TEMPLATES.iter().chain(RDMA_TEMPLATES).copied().collect();
    let found = files("helm-values", "yaml");
    let found: BTreeSet<&str> = found.iter().map(|(file, _)| file.trim_start_matches("helm-values/")).collect();
    assert_eq!(known, found);
}

/// Cargo runs a test in a folder only if Cargo.toml names it.
#[test]
fn every_test_of_the_core_is_run() {
    let manifest = fs::read_to_string(path("Cargo.toml")).expect("Cargo.toml");
    for (file, _) in
        files("tests/core", "rs").into_iter().filter(|(file, _)| !file.ends_with("/support.rs") && !file.ends_with("/states.rs"))
    {
        assert!(manifest.contains(&format!("path = \"{file}\"")), "{file} is not in Cargo.toml");
    }
}
