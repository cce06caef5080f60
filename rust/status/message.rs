// SPDX-License-Identifier: Apache-2.0
//! Reading the messages of OpenStack's services, as Cluster API Provider OpenStack hands them on: whole
//! HTTP exchanges with the answer's JSON at their end.

/// Longest cause that is shown.
const LONGEST: usize = 300;

/// What to do about a quota.
const QUOTA_ADVICE: &str = "Delete what is not needed, take fewer or smaller machines, or ask the operator for a larger quota.";

/// The cause at the heart of a long message: what the service said in its answer, or how it could not be
/// reached; otherwise the message itself. Without a final stop.
pub fn cause(message: &str) -> String {
    let text = ["message", "faultstring"]
        .iter()
        .find_map(|key| json_text(message, key))
        .or_else(|| message.find("dial tcp").map(|start| message[start..].to_owned()))
        .or_else(|| refused_request(message))
        .unwrap_or_else(|| without_wrapping(message).to_owned());
    let cut: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    cut.trim_end_matches('.').to_owned()
}

/// The last text under `key` in a JSON document that the message contains.
fn json_text(message: &str, key: &str) -> Option<String> {
    let (_, rest) = message.rsplit_once(&format!("\"{key}\":"))?;
    let rest = rest.trim_start();
    let mut strings = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    strings.next()?.ok().filter(|text| !text.is_empty())
}

/// `POST http://neutron/v2.0/ports answered 503`, of an exchange whose answer has no text of use.
fn refused_request(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("when accessing [")?;
    let (request, rest) = rest.split_once("], but got ")?;
    let (status, _) = rest.split_once(" instead")?;
    Some(format!("{request} answered {status}"))
}

/// A message without the acts that Go programs put before it: `failed to do this: failed to do that: …`.
fn without_wrapping(message: &str) -> &str {
    match message.split_once(": ") {
        Some((act, rest)) if act.to_lowercase().starts_with("failed to ") => without_wrapping(rest),
        _ => message,
    }
}

/// A quota that is used up, in words for a person; `None` if the message is about something else.
pub fn quota(message: &str) -> Option<String> {
    nova_quota(message).or_else(|| named_quota(message)).map(|what| format!("{what} {QUOTA_ADVICE}"))
}

/// Neutron's `Quota exceeded for resources: ['port'].`, Octavia's `Quota has been met for resources: Load
/// Balancer`, Cinder's `VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.`
fn named_quota(message: &str) -> Option<String> {
    if message.contains("exceeded for quota '") || message.contains("exceeds allowed gigabytes quota") {
        return Some(format!("The project's quota for volumes is used up: {}.", cause(message)));
    }
    let (_, rest) = ["Quota exceeded for resources: ", "Quota has been met for resources: "].iter().find_map(|s| message.split_once(s))?;
    let names: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '[' | '\'' | ']' | ',' | ' ' | '_')).collect();
    let names: Vec<String> = names
        .split(',')
        .map(|name| name.trim_matches(|c: char| !c.is_ascii_alphanumeric()).replace('_', " ").to_lowercase())
        .map(|name| if name == "floatingip" { "floating IP".to_owned() } else { name })
        .collect();
    Some(format!("The project's quota for {}s is used up.", names.join("s and ")))
}

/// Nova's `Quota exceeded for cores, instances: Requested 2, 1, but already used 19, 10 of 20, 10 cores, instances`.
fn nova_quota(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("Quota exceeded for ")?;
    let (resources, rest) = rest.split_once(": Requested ")?;
    let (requested, rest) = rest.split_once(", but already used ")?;
    let (used, limits) = rest.split_once(" of ")?;
    let split = |text: &str| text.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>();
    let limits: String = limits.chars().take_while(|c| c.is_ascii_digit() || matches!(c, ',' | ' ')).collect();
    let (names, wanted, used, limits) = (split(resources), split(requested), split(used), split(&limits));
    let parts: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let of = |list: &[String]| list.get(index).cloned().unwrap_or_default();
            format!("{name} ({} of {} used, a machine needs {})", of(&used), of(&limits), of(&wanted))
        })
        .collect();
    Some(format!("The project's quota is too small for the cluster: {}.", parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_told_with_their_figures() {
        let nova = quota(
            "error creating Openstack instance: 403 {\"forbidden\": {\"message\": \"Quota exceeded for cores, instances: Requested 2, 1, but already used 19, 10 of 20, 10 cores, instances\"}}",
        );
        assert_eq!(
            nova.as_deref(),
            Some(
                "The project's quota is too small for the cluster: cores (19 of 20 used, a machine needs 2), instances (10 of 10 used, a \
                 machine needs 1). Delete what is not needed, take fewer or smaller machines, or ask the operator for a larger quota."
            )
        );
    }

    #[test]
    fn every_service_has_its_own_words_for_a_quota() {
        for (message, what) in [
            ("409 \"OverQuota\", \"message\": \"Quota exceeded for resources: ['port'].\"", "ports"),
            ("Quota exceeded for resources: ['floatingip'].", "floating IPs"),
            ("Quota exceeded for resources: ['security_group', 'port'].", "security groups and ports"),
            ("\"faultstring\": \"Quota has been met for resources: Load Balancer\", \"debuginfo\": null", "load balancers"),
            ("VolumeLimitExceeded: Maximum number of volumes allowed (10) exceeded for quota 'volumes'.", "volumes"),
        ] {
            let told = quota(message).unwrap_or_default();
            assert!(told.starts_with(&format!("The project's quota for {what} is used up")), "{message}: {told}");
        }
        assert_eq!(quota("Quota is a word"), None);
    }

    #[test]
    fn the_cause_is_found_in_a_long_message() {
        let answer =
            |body: &str| format!("Expected HTTP response code [201] when accessing [POST http://n/ports], but got 403 instead: {body}");
        for (message, expected) in [
            (answer("{\"NeutronError\": {\"type\": \"X\", \"message\": \"it is so.\", \"detail\": \"\"}}"), "it is so"),
            (answer("{\"error\":{\"code\":404,\"message\":\"no \\\"such\\\" thing\",\"title\":\"Not Found\"}}"), "no \"such\" thing"),
            (answer("<html>403</html>"), "POST http://n/ports answered 403"),
            (
                "failed: Get \"http://x\": dial tcp 127.0.0.1:1: connect: connection refused".to_owned(),
                "dial tcp 127.0.0.1:1: connect: connection refused",
            ),
            ("Failed to do: failed to try: a: b".to_owned(), "a: b"),
            ("just\n words.".to_owned(), "just words"),
        ] {
            assert_eq!(cause(&message), expected);
        }
        assert_eq!(cause(&"x".repeat(999)).len(), LONGEST);
    }
}
