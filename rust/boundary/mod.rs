// SPDX-License-Identifier: Apache-2.0
//! `magnum_capi_rdma._core`: the core as a Python module.
//!
//! Documents come in as dictionaries and go out as dictionaries. The GIL is released in one place
//! ([`call::outside_python`]) around everything that works or waits, and no thread of the core ever calls
//! Python: log records wait in a queue until the calling thread fetches them.

mod call;
mod document;
mod exceptions;
mod log;

use pyo3::prelude::*;

/// The native half of the driver.
#[pymodule]
mod _core {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use pyo3::prelude::*;
    use serde_json::{Value, json};

    use super::call::{outside_python, with_core};
    use super::document::{from_python, to_python};
    #[pymodule_export]
    use super::exceptions::{CoreError, HelmError, InvalidRequest, ManagementClusterError, StillThere};
    use super::{exceptions, log};
    use crate::error::CoreError as Error;
    use crate::helm::HelmCli;
    use crate::management::ClusterSecrets;
    use crate::problem::Code;
    use crate::request::ClusterRequest;
    use crate::settings::Settings;
    use crate::site::Site;
    use crate::status::{self, Object, ObservedCluster, Operation};
    use crate::values::ValuesError;
    use crate::{helm, model, pipeline, validate};

    type Document<'py> = Bound<'py, PyAny>;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }

    fn request(document: &Document<'_>) -> PyResult<ClusterRequest> {
        from_python(document, "request")
    }

    /// What must be asked of OpenStack before the request can be validated.
    #[pyfunction]
    fn lookups<'py>(py: Python<'py>, request: &Document<'py>) -> PyResult<Document<'py>> {
        let request = self::request(request)?;
        to_python(py, &outside_python(py, || validate::lookups(&request)))
    }

    /// Raises InvalidRequest with every problem of the request, or CoreError if the operator's values cannot be used.
    #[pyfunction]
    #[pyo3(name = "validate", signature = (request, values_directory=None))]
    fn check(py: Python<'_>, request: &Document<'_>, values_directory: Option<PathBuf>) -> PyResult<()> {
        let request = self::request(request)?;
        let checked = outside_python(py, || pipeline::plan(&request, values_directory.as_deref()).map(drop));
        checked.map_err(|error| exceptions::raise(py, &error))
    }

    /// The Helm values of the request, as YAML.
    #[pyfunction]
    #[pyo3(signature = (request, values_directory=None))]
    fn render_values(py: Python<'_>, request: &Document<'_>, values_directory: Option<PathBuf>) -> PyResult<String> {
        let request = self::request(request)?;
        let rendered = outside_python(py, || {
            let (_, values) = pipeline::plan(&request, values_directory.as_deref())?;
            Ok(values.to_yaml()?)
        });
        rendered.map_err(|error| exceptions::raise(py, &error))
    }

    /// Everything that is wrong with the operator's own values.
    #[pyfunction]
    fn override_defects<'py>(py: Python<'py>, values_directory: PathBuf) -> PyResult<Document<'py>> {
        let defects = outside_python(py, || match Site::read(Some(&values_directory)).and_then(|site| site.defects()) {
            Err(ValuesError::Overrides(defects)) => Ok(defects),
            found => found.map_err(Error::Values),
        });
        to_python(py, &defects.map_err(|error| exceptions::raise(py, &error))?)
    }

    /// The release's name and namespace; `suffix` makes a new name unique.
    #[pyfunction]
    fn names<'py>(py: Python<'py>, request: &Document<'py>, suffix: &str) -> PyResult<Document<'py>> {
        let request = self::request(request)?;
        let release = validate::release_name(&request, suffix);
        let namespace = validate::namespace(&request);
        to_python(py, &json!({"release": release.as_str(), "namespace": namespace.as_str()}))
    }

    /// What Magnum is to see of each node group once an operation is done.
    #[pyfunction]
    fn expected<'py>(py: Python<'py>, request: &Document<'py>) -> PyResult<Document<'py>> {
        let request = self::request(request)?;
        to_python(py, &outside_python(py, || validate::expected(&request)))
    }

    /// Brings the cluster's release to what the request says.
    #[pyfunction]
    fn apply<'py>(
        py: Python<'py>,
        settings: &Document<'py>,
        request: &Document<'py>,
        secrets: Option<&Document<'py>>,
    ) -> PyResult<Document<'py>> {
        let settings: Settings = from_python(settings, "settings")?;
        let request = self::request(request)?;
        let secrets: Option<ClusterSecrets> = secrets.map(|secrets| from_python(secrets, "secrets")).transpose()?;
        let applied = with_core(py, async |core| pipeline::apply(core, &settings, &request, secrets.as_ref()).await)?;
        to_python(py, &applied)
    }

    /// How the cluster's release stands; None where there is none.
    #[pyfunction]
    fn held<'py>(py: Python<'py>, settings: &Document<'py>, operation: &Document<'py>) -> PyResult<Document<'py>> {
        let settings: Settings = from_python(settings, "settings")?;
        let operation: Operation = from_python(operation, "operation")?;
        let held = with_core(py, async |core| pipeline::held(core, &settings, &operation).await)?;
        to_python(py, &held)
    }

    /// What the next operation would make of the cluster's release; None where there is none. Changes nothing.
    #[pyfunction]
    fn prospect<'py>(py: Python<'py>, settings: &Document<'py>, request: &Document<'py>) -> PyResult<Document<'py>> {
        let settings: Settings = from_python(settings, "settings")?;
        let request = self::request(request)?;
        let prospect = with_core(py, async |core| pipeline::prospect(core, &settings, &request).await)?;
        to_python(py, &prospect)
    }

    /// The file by which the cluster reaches OpenStack; None where there is none.
    #[pyfunction]
    fn clouds_yaml(py: Python<'_>, settings: &Document<'_>, operation: &Document<'_>) -> PyResult<Option<String>> {
        let settings: Settings = from_python(settings, "settings")?;
        let operation: Operation = from_python(operation, "operation")?;
        with_core(py, async |core| pipeline::clouds_yaml(core, &settings, &operation).await)
    }

    /// The cluster chart on disk, in the version that a template asks for.
    #[pyfunction]
    #[pyo3(signature = (settings, version))]
    fn chart<'py>(py: Python<'py>, settings: &Document<'py>, version: Option<String>) -> PyResult<Document<'py>> {
        let settings: Settings = from_python(settings, "settings")?;
        let chart = with_core(py, async |_core| {
            let helm = HelmCli::new(&settings);
            Ok(helm::chart::chart(&settings, version.as_deref(), &helm).await?)
        })?;
        to_python(py, &chart)
    }

    /// How the operation stands, from the watch.
    #[pyfunction]
    fn observe<'py>(
        py: Python<'py>,
        settings: &Document<'py>,
        operation: &Document<'py>,
        server_faults: BTreeMap<String, String>,
    ) -> PyResult<Document<'py>> {
        let settings: Settings = from_python(settings, "settings")?;
        let operation: Operation = from_python(operation, "operation")?;
        let report = with_core(py, async |core| pipeline::observe(core, &settings, &operation, server_faults).await)?;
        to_python(py, &report)
    }

    /// How healthy the cluster is, from the watch.
    #[pyfunction]
    fn health<'py>(py: Python<'py>, settings: &Document<'py>, operation: &Document<'py>) -> PyResult<Document<'py>> {
        let settings: Settings = from_python(settings, "settings")?;
        let operation: Operation = from_python(operation, "operation")?;
        let health = with_core(py, async |core| pipeline::health(core, &settings, &operation).await)?;
        to_python(py, &health)
    }

    /// What to save of a cluster whose last operation failed, if that has come to its end after all.
    #[pyfunction]
    fn recovery<'py>(py: Python<'py>, settings: &Document<'py>, operation: &Document<'py>) -> PyResult<Document<'py>> {
        let settings: Settings = from_python(settings, "settings")?;
        let operation: Operation = from_python(operation, "operation")?;
        let recovered = with_core(py, async |core| pipeline::recovery(core, &settings, &operation).await)?;
        to_python(py, &recovered)
    }

    /// What `observe` would say of these objects at `now`.
    #[pyfunction]
    fn report<'py>(
        py: Python<'py>,
        objects: &Document<'py>,
        operation: &Document<'py>,
        server_faults: BTreeMap<String, String>,
        now: &str,
    ) -> PyResult<Document<'py>> {
        let objects: Vec<Value> = from_python(objects, "objects")?;
        let operation: Operation = from_python(operation, "operation")?;
        let now = now.parse().map_err(|_| exceptions::bad_document("now", "it is no time such as 2026-01-31T12:00:00Z"))?;
        let report = outside_python(py, || {
            let all = objects.iter().filter_map(Object::read);
            let name = operation.release.clone().unwrap_or_default();
            let mut observed = ObservedCluster::select(all, &operation.namespace, &name);
            observed.server_faults = server_faults;
            status::report(&operation, &observed, now)
        });
        to_python(py, &report)
    }

    /// Lets the machines of these servers go first when the node group shrinks.
    #[pyfunction]
    fn choose_machines(
        py: Python<'_>,
        settings: &Document<'_>,
        operation: &Document<'_>,
        node_group: &str,
        servers: Vec<String>,
    ) -> PyResult<()> {
        let settings: Settings = from_python(settings, "settings")?;
        let operation: Operation = from_python(operation, "operation")?;
        with_core(py, async |core| pipeline::choose_machines(core, &settings, &operation, node_group, &servers).await)
    }

    /// The application credential that the cluster uses.
    #[pyfunction]
    fn credential<'py>(py: Python<'py>, settings: &Document<'py>, operation: &Document<'py>) -> PyResult<Document<'py>> {
        let settings: Settings = from_python(settings, "settings")?;
        let operation: Operation = from_python(operation, "operation")?;
        let credential = with_core(py, async |core| pipeline::credential(core, &settings, &operation).await)?;
        to_python(py, &credential)
    }

    /// Begins the end of the cluster.
    #[pyfunction]
    fn delete(py: Python<'_>, settings: &Document<'_>, operation: &Document<'_>) -> PyResult<()> {
        let settings: Settings = from_python(settings, "settings")?;
        let operation: Operation = from_python(operation, "operation")?;
        with_core(py, async |core| pipeline::delete(core, &settings, &operation).await)
    }

    /// Deletes the secrets of a cluster that is gone.
    #[pyfunction]
    fn forget(py: Python<'_>, settings: &Document<'_>, operation: &Document<'_>) -> PyResult<()> {
        let settings: Settings = from_python(settings, "settings")?;
        let operation: Operation = from_python(operation, "operation")?;
        with_core(py, async |core| pipeline::forget(core, &settings, &operation).await)
    }

    /// The label table.
    #[pyfunction]
    fn labels(py: Python<'_>) -> PyResult<Document<'_>> {
        to_python(py, &model::labels::table())
    }

    /// Every problem code and what it means.
    #[pyfunction]
    fn problem_codes(py: Python<'_>) -> PyResult<Document<'_>> {
        let codes: Vec<Value> = Code::ALL.iter().map(|code| json!({"code": code, "doc": code.doc()})).collect();
        to_python(py, &codes)
    }

    /// Log records since the last call: level, logger, message.
    #[pyfunction]
    fn drain_log() -> Vec<(i32, String, String)> {
        log::drain()
    }
}
