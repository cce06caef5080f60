// SPDX-License-Identifier: Apache-2.0
//! The operator's own files, laid over the values that the driver makes. Pure: their texts are handed in.
//!
//! Each is a template as those of `helm-values/` are: it sees the same cluster, what it interpolates is
//! quoted the same way, and what it makes is parsed before anybody uses it.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde_json::Value;
use tera::{Context, ErrorKind, Tera};

use super::samples::Sample;
use super::{mentions, template};

/// One file of the operator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideFile {
    /// Its path, for messages.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// One thing that is wrong with the operator's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Defect {
    /// The file or directory.
    pub file: String,
    /// The line, where there is one.
    pub line: Option<usize>,
    /// What is wrong, as a clause that follows the place.
    pub message: String,
}

impl Defect {
    /// A defect of a whole file or directory.
    pub fn of(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, message: message.into() }
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.file, self.message),
            None => write!(formatter, "{}: {}", self.file, self.message),
        }
    }
}

/// Several defects as one text.
#[must_use]
pub fn summary(defects: &[Defect]) -> String {
    defects.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl OverrideFile {
    /// What the file makes of a cluster: a map, or nothing.
    ///
    /// # Errors
    /// The first defect that is met.
    pub fn document(&self, context: &Context) -> Result<Option<Value>, Defect> {
        self.rendered(&self.template()?, context)
    }

    /// Every defect that shows in the file itself or for any of the samples; each once.
    #[must_use]
    pub fn defects(&self, samples: &[Sample]) -> Vec<Defect> {
        let tera = match self.template() {
            Ok(tera) => tera,
            Err(defect) => return vec![defect],
        };
        let unknown = mentions::unknown(&self.text, samples.iter().map(|sample| &sample.document));
        let mut found: Vec<Defect> = unknown.into_iter().map(|(line, message)| self.at(Some(line), message)).collect();
        let mut seen: BTreeSet<_> = found.iter().filter_map(|defect| defect.line).collect();
        for sample in samples {
            if let Err(defect) = self.rendered(&tera, &sample.context)
                && defect.line.is_none_or(|line| seen.insert(line))
            {
                let message = format!("{} (for a cluster such as {})", defect.message, sample.name);
                let told = found.iter().any(|other| other.line.is_none() && defect.line.is_none());
                found.extend((!told).then_some(Defect { message, ..defect }));
            }
        }
        found
    }

    fn at(&self, line: Option<usize>, message: impl Into<String>) -> Defect {
        Defect { file: self.path.clone(), line, message: message.into() }
    }

    fn template(&self) -> Result<Tera, Defect> {
        let mut tera = template::engine();
        tera.add_raw_template(template::OVERRIDE, &self.text).map_err(|error| self.of_tera(&error))?;
        let names = tera.get_template_variables(template::OVERRIDE).map_err(|error| self.of_tera(&error))?;
        match names.iter().filter(|name| !mentions::ROOTS.contains(name)).min() {
            None => Ok(tera),
            Some(name) => {
                let line = mentions::line_of(&self.text, name);
                Err(self.at(line, format!("there is no variable {name}; there are {}", mentions::ROOTS.join(" and "))))
            }
        }
    }

    fn rendered(&self, tera: &Tera, context: &Context) -> Result<Option<Value>, Defect> {
        let text = tera.render(template::OVERRIDE, context).map_err(|error| self.of_tera(&error))?;
        match serde_saphyr::from_str::<Value>(&text) {
            Ok(Value::Null) => Ok(None),
            Ok(document @ Value::Object(_)) => Ok(Some(document)),
            Ok(_) => Err(self.at(None, "it makes no map of values")),
            Err(error) => Err(self.of_yaml(&text, error.without_snippet())),
        }
    }

    /// Tera knows the line of what it refuses.
    fn of_tera(&self, error: &tera::Error) -> Defect {
        match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                self.at(Some(report.span().start_line), report.message().trim_end_matches('.'))
            }
            other => self.at(None, other.to_string().trim_end_matches('.')),
        }
    }

    /// The YAML parser knows the line of the rendered text, which loops and conditions may have moved.
    fn of_yaml(&self, rendered: &str, error: &serde_saphyr::Error) -> Defect {
        let row = error.location().and_then(|location| usize::try_from(location.line()).ok());
        let line = row.and_then(|row| rendered.lines().nth(row.checked_sub(1)?)).map_or("", str::trim);
        let same_length = rendered.lines().count() == self.text.lines().count();
        let found = match row {
            Some(row) if same_length => Some(row),
            _ => self.text.lines().position(|source| !line.is_empty() && source.trim() == line).map(|index| index + 1),
        };
        let reason = error.to_string();
        let reason = reason.lines().next().unwrap_or_default().trim_end_matches('.');
        self.at(found, format!("it makes no YAML of `{line}`: {reason}"))
    }
}
