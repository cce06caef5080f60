// SPDX-License-Identifier: Apache-2.0
//! An operator's own files are laid over the driver's values, or refused with their place.
#![allow(clippy::expect_used, clippy::panic, reason = "what cannot be read fails its test")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use magnum_capi_rdma::pipeline;
use magnum_capi_rdma::site::Site;
use magnum_capi_rdma::values::{Defect, ValuesError};
use serde_json::{Value, json};
use support::{changed, example, request};

/// A new directory with these files.
fn directory(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("overrides").join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).expect("a directory");
    for (file, text) in files {
        let file = directory.join(file);
        fs::create_dir_all(file.parent().expect("a parent")).expect("a directory");
        fs::write(file, text).expect("written");
    }
    directory
}

/// The values of the example, with the operator's; `layers` is the template's label.
fn planned(directory: &Path, layers: Option<&str>) -> Result<Value, String> {
    let label = layers.map(|layers| ("/template/labels/values_overrides".to_owned(), json!(layers)));
    let document = changed(&example(), &label.into_iter().collect());
    let planned = pipeline::plan(&request(document), Some(directory));
    planned.map(|(_, values)| values.document().clone()).map_err(|error| error.to_string())
}

/// What is wrong with the files, with the directory's own path taken away.
fn defects(directory: &Path) -> Vec<String> {
    let found: Vec<Defect> = match Site::read(Some(directory)).and_then(|site| site.defects()) {
        Err(ValuesError::Overrides(defects)) => defects,
        found => found.expect("templates of the driver"),
    };
    let prefix = format!("{}/", directory.display());
    found.iter().map(|defect| defect.to_string().replace(&prefix, "")).collect()
}

/// The one defect of a directory with one file.
fn defect(name: &str, text: &str) -> String {
    let found = defects(&directory(name, &[("site.yaml", text)]));
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0].clone()
}

#[test]
fn maps_are_merged_and_lists_replaced_in_the_order_of_the_layers() {
    let directory = directory(
        "layers",
        &[
            ("10-all.yaml", "apiServer:\n  port: 6443\naddons:\n  monitoring:\n    enabled: true\nproxy: base\n"),
            ("20-all.yaml", "kubeadmConfigSpec:\n  ntp:\n    servers: [a, b]\nproxy: later\n"),
            ("gpu/values.yaml", "kubeadmConfigSpec:\n  ntp:\n    servers: [c]\nproxy: gpu\n"),
            ("quiet/values.yaml", "proxy: quiet\naddons:\n  monitoring:\n    enabled: false\n"),
            ("README.md", "Ours."),
            (".git/config", "x"),
        ],
    );
    let plain = planned(&directory, None).expect("values");
    assert_eq!(plain["apiServer"]["port"], 6443);
    assert_eq!(plain["apiServer"]["enableLoadBalancer"], true, "what the file does not name stays");
    assert_eq!(plain["kubeadmConfigSpec"]["ntp"]["servers"], json!(["a", "b"]));
    assert_eq!(plain["proxy"], "later");
    let layered = planned(&directory, Some("gpu+quiet")).expect("values");
    assert_eq!(layered["kubeadmConfigSpec"]["ntp"]["servers"], json!(["c"]));
    assert_eq!((&layered["proxy"], &layered["addons"]["monitoring"]["enabled"]), (&json!("quiet"), &json!(false)));
    let turned = planned(&directory, Some("quiet+gpu")).expect("values");
    assert_eq!(turned["proxy"], "gpu");
    assert_eq!(defects(&directory), Vec::<String>::new());
}

#[test]
fn a_file_sees_the_cluster_and_what_it_interpolates_is_quoted() {
    let text = "site:\n  owner: {{ cluster.project_id }}\n  key: {{ cluster.key_pair }}\n  groups:\n    {% for group in cluster.node_groups %}\n    - {{ group.name }}\n    {% else %}\n    []\n    {% endfor %}\n{% if cluster.etcd_disk %}\netcdOn: disk\n{% endif %}\n";
    let directory = directory("context", &[("site.yaml", text)]);
    assert_eq!(defects(&directory), Vec::<String>::new(), "it fits clusters of every shape");
    let document = changed(&example(), json!({"/cluster/keypair": "yes: {no}\n- \"'"}).as_object().expect("changes"));
    let (_, values) = pipeline::plan(&request(document), Some(&directory)).expect("values");
    let site = &values.document()["site"];
    assert_eq!(site["key"], "yes: {no}\n- \"'");
    assert_eq!(site["owner"], example()["cluster"]["project_id"]);
    assert_eq!(site["groups"], json!(["default-worker"]));
}

#[test]
fn a_file_that_makes_nothing_for_a_cluster_changes_nothing() {
    let directory = directory(
        "nothing",
        &[("site.yaml", "# Only for Flatcar.\n{% if cluster.operating_system == \"flatcar\" %}\na: 1\n{% endif %}\n")],
    );
    let without = pipeline::plan(&request(example()), None).expect("values").1;
    assert_eq!(&planned(&directory, None).expect("values"), without.document());
    assert_eq!(defects(&directory), Vec::<String>::new());
}

#[test]
fn what_is_wrong_is_told_with_its_file_and_line() {
    for (name, text, told) in [
        ("syntax", "a: 1\nb: {{ cluster.uuid\n", "site.yaml:"),
        ("unclosed", "a: 1\n{% if cluster.auto_healing %}\nb: 2\n", "site.yaml:4: Unexpected end of input"),
        ("variable", "a: 1\n\nb: {{ clster.uuid }}\n", "site.yaml:3: there is no variable clster"),
        ("field", "a: 1\nb: {{ cluster.uid }}\n", "site.yaml:2: there is no uid in cluster.uid"),
        ("condition", "a: 1\n{% if cluster.etcd_dsk %}\nb: 2\n{% endif %}\n", "site.yaml:2: there is no etcd_dsk in cluster.etcd_dsk"),
        (
            "loop",
            "{% for group in cluster.node_groups %}\n{% if group.tains %}\na: 1\n{% endif %}\n{% endfor %}\n",
            "site.yaml:2: there is no tains in group.tains",
        ),
        (
            "set",
            "{% set api = cluster.api_server %}\na: {% if api.ldap %}1{% else %}2{% endif %}\n",
            "site.yaml:2: there is no ldap in api.ldap",
        ),
        ("unset", "a: {{ cluster.etcd_disk.size }}\n", "site.yaml:1: "),
        ("yaml", "a: 1\nb: [1, 2\nc: 3\n", "site.yaml:"),
        ("indentation", "a:\n  b: 1\n c: 2\n", "site.yaml:3: it makes no YAML of `c: 2`"),
        ("list", "- a\n", "site.yaml: it makes no map of values"),
        ("scalar", "hello\n", "site.yaml: it makes no map of values"),
    ] {
        let found = defect(name, text);
        assert!(found.starts_with(told), "{name}: {found}");
    }
}

/// A line after a loop moves in the rendered text, but not in the file.
#[test]
fn a_line_is_the_files_own_after_a_loop() {
    let text = "{% for group in cluster.node_groups %}\n# {{ group.name }}\n# more\n{% endfor %}\nfine: 1\nbad: [\n";
    let found = defect("moved", text);
    assert!(found.starts_with("site.yaml:6: ") || found.starts_with("site.yaml: "), "{found}");
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let directory = directory(
        "several",
        &[("a.yaml", "x: {{ cluster.nope }}\ny: {{ cluster.neither }}\n"), ("b.yaml", "[\n"), ("gpu/c.yaml", "- 1\n")],
    );
    let found = defects(&directory);
    assert_eq!(found.len(), 4, "{found:#?}");
}

#[test]
fn what_does_not_belong_in_the_directory_is_refused() {
    let directory =
        directory("foreign", &[("site.yml", "a: 1\n"), ("Big Layer/a.yaml", "a: 1\n"), ("gpu/inner/a.yaml", "a: 1\n"), ("latin.yaml", "")]);
    fs::write(directory.join("latin.yaml"), b"a: \xe9\n").expect("written");
    let found = defects(&directory);
    for told in [
        "latin.yaml: it cannot be read: ",
        "site.yml: the name of a file with values ends in .yaml",
        "Big Layer: a layer's name is made of small letters, digits and hyphens",
        "gpu/inner: a layer has no folders of its own",
    ] {
        assert!(found.iter().any(|defect| defect.starts_with(told)), "{told}: {found:#?}");
    }
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(defects(Path::new("/nonexistent"))[0].starts_with("/nonexistent: it cannot be read: "));
}

#[test]
fn an_operation_with_unusable_values_is_refused_before_anything_is_made() {
    let directory = directory("refused", &[("site.yaml", "a: {{ cluster.uid }}\n"), ("gpu/a.yaml", "a: 1\n")]);
    let told = planned(&directory, None).expect_err("refused");
    assert!(told.starts_with("The operator's own values cannot be used: ") && told.contains("site.yaml:1: "), "{told}");
    assert!(told.ends_with("Ask the operator to correct them."), "{told}");
    let missing = planned(&directory, Some("gpu+tpu")).expect_err("refused");
    assert!(missing.contains("there is no layer tpu; there are gpu"), "{missing}");
    let unset = pipeline::plan(
        &request(changed(&example(), json!({"/template/labels/values_overrides": "gpu"}).as_object().expect("changes"))),
        None,
    );
    let unset = unset.expect_err("refused").to_string();
    assert!(unset.contains("values_directory: it is not set, and the template asks for the layer gpu"), "{unset}");
}
