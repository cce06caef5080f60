// SPDX-License-Identifier: Apache-2.0
//! Where two documents differ.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// One place at which two documents differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Where, such as `nodeGroups[0].machineFlavor`.
    pub path: String,
    /// What stands there first; `None` if nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What stands there afterwards; `None` if nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "unset".to_owned(), Value::to_string);
        write!(formatter, "{}: {} → {}", self.path, shown(&self.before), shown(&self.after))
    }
}

/// Every place at which two documents differ, as deep as they are alike in shape.
#[must_use]
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(String::new(), Some(before), Some(after), &mut found);
    found
}

fn walk(path: String, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    match (before, after) {
        (before, after) if before == after => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let added = other.keys().filter(|key| !one.contains_key(*key));
            for key in one.keys().chain(added) {
                let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                walk(inner, one.get(key), other.get(key), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) if one.len() == other.len() => {
            for (index, (before, after)) in one.iter().zip(other).enumerate() {
                walk(format!("{path}[{index}]"), Some(before), Some(after), found);
            }
        }
        (before, after) => found.push(Difference { path, before: before.cloned(), after: after.cloned() }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(before: &Value, after: &Value) -> Vec<String> {
        differences(before, after).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_place_is_named_once() {
        let before = json!({"a": 1, "b": {"c": null, "d": [1, {"e": "x"}]}, "f": [1]});
        let after = json!({"a": 1, "b": {"d": [1, {"e": "y"}]}, "f": [1, 2], "g": true});
        assert_eq!(shown(&before, &after), ["b.c: null → unset", "b.d[1].e: \"x\" → \"y\"", "f: [1] → [1,2]", "g: unset → true"]);
        assert!(shown(&before, &before).is_empty());
    }
}
