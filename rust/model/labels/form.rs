// SPDX-License-Identifier: Apache-2.0
//! Forms of texts that labels are made of.

use std::net::IpAddr;

/// Longest part of a DNS name, and longest DNS name.
const LONGEST_DNS_PART: usize = 63;
const LONGEST_DNS_NAME: usize = 253;

/// Whether a layer of the operator's values may have this name, which is a folder's.
#[must_use]
pub fn is_layer(name: &str) -> bool {
    let (first, last) = (name.chars().next(), name.chars().last());
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    first.is_some_and(plain) && last.is_some_and(plain) && name.chars().all(|c| plain(c) || c == '-')
}

/// A name in OpenStack that needs no quotes anywhere.
pub fn is_name(raw: &str) -> bool {
    raw.starts_with(|c: char| c.is_ascii_alphanumeric())
        && raw.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ' '))
}

/// A text without blanks and control characters that is not empty.
pub fn is_word(raw: &str) -> bool {
    !raw.is_empty() && raw.chars().all(|c| c.is_ascii_graphic())
}

fn is_dns_part(part: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    part.len() <= LONGEST_DNS_PART
        && ends(part.chars().next())
        && ends(part.chars().last())
        && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

/// A DNS name in lower case.
pub fn is_domain(raw: &str) -> bool {
    raw.len() <= LONGEST_DNS_NAME && raw.split('.').all(is_dns_part) && raw.chars().all(|c| !c.is_ascii_uppercase())
}

/// A DNS name, or an IP address without brackets.
pub fn is_host(raw: &str) -> bool {
    raw.parse::<IpAddr>().is_ok() || is_domain(raw)
}

fn is_host_and_port(raw: &str) -> bool {
    match raw.rsplit_once(':') {
        Some((host, port)) => is_host(host.trim_matches(['[', ']'])) && port.parse::<u16>().is_ok_and(|port| port > 0),
        None => is_host(raw),
    }
}

/// A URL of a host and a path, with neither user, query nor fragment.
fn is_url(raw: &str, schemes: &[&str]) -> bool {
    let Some(rest) = schemes.iter().find_map(|scheme| raw.strip_prefix(scheme)) else { return false };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    is_host_and_port(host) && path.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '"' | '\\'))
}

/// An `https` URL.
pub fn is_https_url(raw: &str) -> bool {
    is_url(raw, &["https://"])
}

/// A version of three numbers, with or without a `v` before and more behind.
pub fn is_version(raw: &str) -> bool {
    let (numbers, more) = raw.strip_prefix('v').unwrap_or(raw).split_once('-').unwrap_or((raw.strip_prefix('v').unwrap_or(raw), "0"));
    let parts: Vec<&str> = numbers.split('.').collect();
    parts.len() == 3
        && parts.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
        && !more.is_empty()
        && more.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
}

/// A place in a container registry: its host, and a path that an image's own is put behind.
pub fn is_registry(raw: &str) -> bool {
    let mut parts = raw.trim_end_matches('/').split('/');
    parts.next().is_some_and(is_host_and_port)
        && parts.all(|part| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
        })
}

/// A registry and the URL of a mirror of it, from `registry=URL`.
pub fn mirror(raw: &str) -> Option<(&str, &str)> {
    let (registry, url) = raw.split_once('=')?;
    (is_host_and_port(registry) && is_url(url, &["https://", "http://"])).then_some((registry, url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(fits: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        assert!(good.iter().all(|text| fits(text)), "{:?}", good.iter().find(|text| !fits(text)));
        assert!(!bad.iter().any(|text| fits(text)), "{:?}", bad.iter().find(|text| fits(text)));
    }

    #[test]
    fn domains_and_hosts() {
        all(is_domain, &["cluster.local", "a", "x-1.example.org"], &["", "Cluster.local", "a..b", "-a", "a-", "a_b", ".a"]);
        all(is_host, &["api.example.org", "192.0.2.7", "2001:db8::7"], &["", "api example", "https://api"]);
    }

    #[test]
    fn urls() {
        all(
            is_https_url,
            &["https://login.example.org", "https://login.example.org:8443/realms/a/", "https://[2001:db8::1]:443/x"],
            &[
                "http://login.example.org",
                "https://",
                "login.example.org",
                "https://a?b=c",
                "https://user@a/",
                "https://a/b c",
                "https://a:0",
            ],
        );
    }

    #[test]
    fn versions() {
        all(is_version, &["v3.31.5", "1.19.3", "1.20.0-rc.1"], &["", "v3", "3.31", "v3.31.x", "1.2.3-", "latest", "1.2.3 4"]);
    }

    #[test]
    fn registries_and_mirrors() {
        all(
            is_registry,
            &["registry.example.org", "registry.example.org:5000/kubernetes", "r.example.org/a/b/", "192.0.2.7:5000/x"],
            &["", "https://r.example.org", "r.example.org//a", "r.example.org/A", "r.example.org/a:v1", "/a", "r.example.org/a b"],
        );
        assert_eq!(mirror("docker.io=https://m.example.org/v2/hub"), Some(("docker.io", "https://m.example.org/v2/hub")));
        for bad in ["docker.io", "docker.io=m.example.org", "=https://m", "docker.io/x=https://m", "docker.io=https://m\"]"] {
            assert_eq!(mirror(bad), None, "{bad}");
        }
    }
}
