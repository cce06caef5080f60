// SPDX-License-Identifier: Apache-2.0
//! Reading OpenStack's answers: exactly one thing, or a problem that says what is the matter.

use serde_json::{Map, Value};

use crate::problem::{Code, Problem};
use crate::request::{ClusterRequest, Kind};

/// Attributes of something in OpenStack.
pub type Attributes = Map<String, Value>;

/// The one thing of `kind` that `reference` names.
///
/// A name that fits several things is decided by an exact id among them; otherwise it is ambiguous.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Ambiguous`], or [`Code::NotLookedUp`] if nobody asked.
pub fn one<'a>(request: &'a ClusterRequest, kind: Kind, reference: &str, path: &str) -> Result<&'a Attributes, Problem> {
    let noun = kind.noun();
    let Some(matches) = request.openstack.matches(kind, reference) else {
        return Err(Problem::new(
            Code::NotLookedUp,
            path,
            format!("the request has no answer for {noun} {reference}"),
            "Add it to openstack.answers.",
        ));
    };
    match matches {
        [] => Err(Problem::new(
            Code::NotFound,
            path,
            format!("there is no {noun} {reference} that project {} can see", request.cluster.project_id),
            format!("Name a {noun} that exists, or have this one shared with the project."),
        )),
        [only] => Ok(only),
        several => several.iter().find(|found| text(found, "id") == Some(reference)).ok_or_else(|| {
            let ids: Vec<&str> = several.iter().filter_map(|found| text(found, "id")).collect();
            Problem::new(
                Code::Ambiguous,
                path,
                format!("{} {noun}s are named {reference}", several.len()),
                format!("Give the {noun}'s id."),
            )
            .allowing(ids.join(", "))
        }),
    }
}

/// An attribute that is a text and not empty.
pub fn text<'a>(attributes: &'a Attributes, key: &str) -> Option<&'a str> {
    attributes.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The id of something.
pub fn id(attributes: &Attributes) -> String {
    text(attributes, "id").unwrap_or_default().to_owned()
}
