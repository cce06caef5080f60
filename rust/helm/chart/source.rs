// SPDX-License-Identifier: Apache-2.0
//! Where the operator says the cluster chart is. Pure, but for the question whether a path is there.

use std::path::Path;

use crate::helm::HelmError;
use crate::settings::Settings;

/// Where a chart comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source<'a> {
    /// The chart within this crate.
    Embedded,
    /// A directory or an archive.
    Local(&'a Path),
    /// A repository or a registry.
    Remote(Origin),
}

/// A chart in a repository or a registry, by its one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The chart's name in `repository`, or an `oci://` reference.
    pub reference: String,
    /// URL of the repository, for a name.
    pub repository: Option<String>,
    /// The version.
    pub version: String,
}

impl Origin {
    /// The chart's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.reference.rsplit('/').next().unwrap_or(&self.reference)
    }

    /// The whole origin in words.
    #[must_use]
    pub fn described(&self) -> String {
        let from = self.repository.as_ref().map(|repository| format!(" of {repository}")).unwrap_or_default();
        format!("{} {}{from}", self.reference, self.version)
    }
}

impl<'a> Source<'a> {
    /// Reads the settings; `version` is what a template asks for and goes before the operator's.
    ///
    /// # Errors
    /// [`HelmError::Chart`] if the settings contradict each other or leave open which chart is meant.
    pub fn read(settings: &'a Settings, version: Option<&str>) -> Result<Self, HelmError> {
        let chart = settings.chart.as_str();
        let repository = settings.chart_repository.as_deref().filter(|repository| !repository.is_empty());
        let is_registry = chart.starts_with("oci://");
        let is_path = !is_registry && (chart.contains('/') || chart == "." || chart == "..");
        match repository {
            Some(_) if chart == "embedded" => wrong("chart_repository is set, but chart does not name a chart in it"),
            Some(_) if is_path || is_registry => {
                wrong(&format!("chart is {chart}, which is in no repository, but chart_repository is set"))
            }
            None if chart == "embedded" && settings.chart_digest.is_empty() => Ok(Self::Embedded),
            None if chart == "embedded" => wrong("chart_digest pins archives, and the embedded chart is none"),
            None if is_path && Path::new(chart).exists() => Ok(Self::Local(Path::new(chart))),
            None if is_path => wrong(&format!("{chart} is not there")),
            None if !is_registry => {
                wrong(&format!("{chart} is the name of a chart, but chart_repository does not say of which repository"))
            }
            repository => Ok(Self::Remote(Origin {
                reference: chart.trim_end_matches('/').to_owned(),
                repository: repository.map(str::to_owned),
                version: one_version(chart, version.or(settings.chart_version.as_deref()))?,
            })),
        }
    }
}

/// A chart that is not on this host is named by one version: a range, or the latest, would be another chart tomorrow.
fn one_version(chart: &str, version: Option<&str>) -> Result<String, HelmError> {
    let Some(version) = version.filter(|version| !version.is_empty()) else {
        return wrong(&format!("chart_version does not say which version of {chart} to take; name one, such as 0.10.1"));
    };
    match semver::Version::parse(version.trim_start_matches('v')) {
        Ok(_) => Ok(version.to_owned()),
        Err(_) => wrong(&format!("{version} is not one version of {chart} but a range or no version; name one, such as 0.10.1")),
    }
}

fn wrong<T>(what: &str) -> Result<T, HelmError> {
    Err(HelmError::Chart(what.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPOSITORY: &str = "https://example.org/charts";

    fn settings(chart: &str, repository: Option<&str>, version: Option<&str>) -> Settings {
        Settings {
            chart: chart.to_owned(),
            chart_repository: repository.map(str::to_owned),
            chart_version: version.map(str::to_owned),
            ..Settings::default()
        }
    }

    fn remote(settings: &Settings, version: Option<&str>) -> Origin {
        match Source::read(settings, version) {
            Ok(Source::Remote(origin)) => origin,
            other => panic!("{other:?}"),
        }
    }

    fn refusal(settings: &Settings) -> String {
        Source::read(settings, None).expect_err("a refusal").to_string()
    }

    #[test]
    fn the_sources_are_told_apart() {
        assert_eq!(Source::read(&settings("embedded", None, None), None).expect("a source"), Source::Embedded);
        assert_eq!(Source::read(&settings("/usr", None, None), None).expect("a source"), Source::Local(Path::new("/usr")));
        let oci = remote(&settings("oci://ghcr.io/charts/openstack-cluster", None, Some("0.10.1")), None);
        assert_eq!((oci.name(), oci.repository.as_deref(), oci.version.as_str()), ("openstack-cluster", None, "0.10.1"));
        let named = remote(&settings("openstack-cluster", Some(REPOSITORY), Some("0.10.1")), None);
        assert_eq!(named.described(), "openstack-cluster 0.10.1 of https://example.org/charts");
    }

    #[test]
    fn a_template_goes_before_the_operator() {
        assert_eq!(remote(&settings("openstack-cluster", Some(REPOSITORY), Some("0.10.1")), Some("0.11.0-dev.1")).version, "0.11.0-dev.1");
    }

    #[test]
    fn what_is_open_or_contradicts_itself_is_refused() {
        for (chart, repository, version, expected) in [
            ("openstack-cluster", None, Some("0.10.1"), "chart_repository does not say of which repository"),
            ("openstack-cluster", Some(REPOSITORY), None, "chart_version does not say which version"),
            ("openstack-cluster", Some(REPOSITORY), Some(""), "chart_version does not say which version"),
            ("openstack-cluster", Some(REPOSITORY), Some("^0.10"), "^0.10 is not one version"),
            ("openstack-cluster", Some(REPOSITORY), Some("0.10"), "0.10 is not one version"),
            ("embedded", Some(REPOSITORY), None, "chart does not name a chart in it"),
            ("./charts", Some(REPOSITORY), None, "which is in no repository"),
            ("oci://example.org/c", Some(REPOSITORY), Some("1.0.0"), "which is in no repository"),
            ("oci://example.org/c", None, None, "chart_version does not say which version"),
            ("/nonexistent/chart.tgz", None, None, "/nonexistent/chart.tgz is not there"),
        ] {
            let refused = refusal(&settings(chart, repository, version));
            assert!(refused.contains(expected), "{chart}: {refused}");
        }
        let pinned = Settings { chart_digest: vec!["aa".to_owned()], ..settings("embedded", None, None) };
        assert!(refusal(&pinned).contains("the embedded chart is none"));
    }
}
