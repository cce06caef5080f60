// SPDX-License-Identifier: Apache-2.0
//! The names that a template mentions, and whether any cluster has them.
//!
//! Tera takes a misspelt name in a condition for false, so a condition that never holds would go unnoticed.

use std::collections::BTreeMap;

use serde_json::Value;

/// The variables that a value template has.
pub const ROOTS: &[&str] = &["cluster", "manifests"];

/// What each name stands for: its value in every sample.
type Scope<'a> = BTreeMap<&'a str, Vec<&'a Value>>;

/// Lines with a name that no sample has, and what is wrong there.
pub fn unknown<'a>(template: &'a str, samples: impl Iterator<Item = &'a Value>) -> Vec<(usize, String)> {
    let mut scope = Scope::new();
    for sample in samples {
        for root in ROOTS {
            scope.entry(root).or_default().extend(sample.get(root));
        }
    }
    let mut found = Vec::new();
    for (line, tag) in tags(template) {
        for path in paths(tag) {
            if let Err(part) = resolve(&scope, path) {
                found.push((line, format!("there is no {part} in {path}")));
            }
        }
        declare(&mut scope, tag);
    }
    found
}

/// The line of the first tag that mentions a variable.
pub fn line_of(template: &str, name: &str) -> Option<usize> {
    let mentions = |tag: &str| paths(tag).iter().any(|path| path.split('.').next() == Some(name));
    tags(template).find(|(_, tag)| mentions(tag)).map(|(line, _)| line)
}

/// The insides of `{{ }}` and `{% %}` with the line that each begins on; comments are left out.
fn tags(template: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = template;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find('{').filter(|start| rest.len() > start + 2)?;
            let close = match &rest.as_bytes()[start + 1] {
                b'{' => "}}",
                b'%' => "%}",
                b'#' => "#}",
                _ => {
                    rest = &rest[start + 1..];
                    continue;
                }
            };
            let inside = &rest[start + 2..];
            let end = inside.find(close)?;
            let line = template[..template.len() - inside.len()].lines().count();
            rest = &inside[end + 2..];
            if close != "#}" {
                return Some((line, &inside[..end]));
            }
        }
    })
}

/// The dotted names in a tag, outside of its texts.
fn paths(tag: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (index, part) in tag.split(['"', '\'', '`']).enumerate() {
        if index % 2 == 0 {
            let words = part.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')));
            found.extend(words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')));
        }
    }
    found
}

/// What a path stands for; nothing is known of a name that is not in scope, or of the inside of a list.
fn resolve<'a, 'p>(scope: &Scope<'a>, path: &'p str) -> Result<Vec<&'a Value>, &'p str> {
    let mut parts = path.split('.');
    let Some(mut values) = parts.next().and_then(|root| scope.get(root)).cloned() else { return Ok(Vec::new()) };
    for part in parts {
        values.retain(|value| value.is_object());
        let inner: Vec<&Value> = values.iter().filter_map(|value| value.get(part)).collect();
        if inner.is_empty() && !values.is_empty() {
            return Err(part);
        }
        values = inner;
    }
    Ok(values)
}

/// The names that `{% for … in … %}` and `{% set … = … %}` give to parts of a cluster.
fn declare<'a>(scope: &mut Scope<'a>, tag: &'a str) {
    let words: Vec<&str> = tag.trim_matches('-').split_whitespace().collect();
    let (name, path, is_list) = match words.as_slice() {
        ["for", name, "in", path, ..] => (*name, *path, true),
        ["for", _, name, "in", path, ..] => (*name, *path, true),
        ["set", name, "=", path, ..] => (*name, *path, false),
        _ => return,
    };
    let values = resolve(scope, path).unwrap_or_default();
    let values = if is_list { values.into_iter().flat_map(elements).collect() } else { values };
    scope.insert(name, values);
}

fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => Vec::new(),
    }
}
