// SPDX-License-Identifier: Apache-2.0
//! Types of labels: what a value may be, and how it is read.

use std::net::IpAddr;

use ipnet::IpNet;

/// What a label's value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `true`/`false`, `yes`/`no`, `on`/`off`, `1`/`0`, in any case.
    Boolean,
    /// A whole number within bounds (both included).
    Integer(i64, i64),
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// The name of something in OpenStack or Kubernetes.
    Name,
    /// Network names or ids, separated by `+`.
    Networks,
    /// Names separated by spaces.
    Names,
    /// Layers of the operator's values, separated by `+`.
    Layers,
    /// An address range such as `10.0.0.0/24`.
    Range,
    /// Address ranges separated by spaces or `+`.
    Ranges,
    /// Any text.
    Text,
}

impl Type {
    /// What is allowed, for a person.
    #[must_use]
    pub fn allowed(self) -> String {
        match self {
            Self::Boolean => "true or false".to_owned(),
            Self::Integer(low, i64::MAX) => format!("a whole number from {low}"),
            Self::Integer(low, high) => format!("a whole number from {low} to {high}"),
            Self::Choice(words) => words.join(", "),
            Self::Name => "a name of letters, digits and . _ - / or blanks, beginning with a letter or digit".to_owned(),
            Self::Networks => "network names or ids, separated by +".to_owned(),
            Self::Names => "names separated by blanks".to_owned(),
            Self::Layers => "names of small letters, digits and hyphens, separated by +".to_owned(),
            Self::Range => "an address range such as 10.0.0.0/24".to_owned(),
            Self::Ranges => "address ranges such as 10.0.0.0/24, separated by + or blanks".to_owned(),
            Self::Text => "any text".to_owned(),
        }
    }

    /// The type's name in documentation.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer(..) => "integer",
            Self::Choice(_) => "choice",
            Self::Name => "name",
            Self::Networks => "networks",
            Self::Names => "names",
            Self::Layers => "layers",
            Self::Range => "address range",
            Self::Ranges => "address ranges",
            Self::Text => "text",
        }
    }

    /// Whether `raw` is a value of this type.
    #[must_use]
    pub fn accepts(self, raw: &str) -> bool {
        match self {
            Self::Boolean => boolean(raw).is_some(),
            Self::Integer(low, high) => raw.trim().parse().is_ok_and(|n: i64| (low..=high).contains(&n)),
            Self::Choice(words) => words.contains(&raw.trim()),
            Self::Name => is_name(raw),
            Self::Networks => raw.split('+').all(|part| !part.trim().is_empty()),
            Self::Names => !self.parts(raw).is_empty(),
            Self::Layers => raw.split('+').all(|part| is_layer(part.trim())),
            Self::Range => raw.trim().parse::<IpNet>().is_ok(),
            Self::Ranges => self.parts(raw).iter().all(|part| part.parse::<IpNet>().is_ok()),
            Self::Text => true,
        }
    }

    /// The parts of a value that is a list; a value of any other type is its only part.
    #[must_use]
    pub fn parts(self, raw: &str) -> Vec<&str> {
        match self {
            Self::Networks | Self::Layers => split(raw, &['+']).collect(),
            Self::Names => split(raw, &[' ']).collect(),
            Self::Ranges => split(raw, &['+', ' ', ',']).collect(),
            _ => vec![raw.trim()],
        }
    }
}

/// Reads a boolean as Magnum's clients write it, in any case.
#[must_use]
pub fn boolean(raw: &str) -> Option<bool> {
    match raw.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Whether a layer of the operator's values may have this name, which is a folder's.
#[must_use]
pub fn is_layer(name: &str) -> bool {
    let (first, last) = (name.chars().next(), name.chars().last());
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    first.is_some_and(plain) && last.is_some_and(plain) && name.chars().all(|c| plain(c) || c == '-')
}

fn is_name(raw: &str) -> bool {
    raw.starts_with(|c: char| c.is_ascii_alphanumeric())
        && raw.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ' '))
}

fn split<'a>(raw: &'a str, separators: &'a [char]) -> impl Iterator<Item = &'a str> {
    raw.split(separators).map(str::trim).filter(|part| !part.is_empty())
}

/// Reads a list of IP addresses that Magnum stores as one text separated by commas.
///
/// # Errors
/// The first part that is no address.
pub fn addresses(raw: &str) -> Result<Vec<IpAddr>, String> {
    split(raw, &[',']).map(|part| part.parse().map_err(|_| part.to_owned())).collect()
}
