// SPDX-License-Identifier: Apache-2.0
//! Ranges for pods' addresses on an RDMA network: never where Neutron hands out addresses.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The smallest range for pods: 16 addresses.
const SMALLEST_HOST_BITS: u32 = 4;
/// The largest range that is carved unasked: no cluster needs more than 2^16 pods on one network.
const LARGEST_HOST_BITS: u32 = 16;

/// Addresses of one subnet that Neutron may hand out, from and to (both included).
pub type Pool = (IpAddr, IpAddr);

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

fn range_of(first: u128, host_bits: u32, like: IpNet) -> Option<IpNet> {
    match like {
        IpNet::V4(_) => {
            let prefix = u8::try_from(32 - host_bits).ok()?;
            Ipv4Net::new(u32::try_from(first).ok()?.into(), prefix).ok().map(IpNet::V4)
        }
        IpNet::V6(_) => {
            let prefix = u8::try_from(128 - host_bits).ok()?;
            Ipv6Net::new(first.into(), prefix).ok().map(IpNet::V6)
        }
    }
}

/// The parts of `subnet` outside `taken`, in order: first and last address of each.
///
/// The network's first and last address belong to nobody.
fn free(subnet: IpNet, taken: &[Pool]) -> Vec<(u128, u128)> {
    let mut used: Vec<(u128, u128)> = taken.iter().map(|(from, to)| (number(*from), number(*to))).collect();
    used.sort_unstable();
    let last = number(subnet.broadcast()).saturating_sub(1);
    let mut next = number(subnet.network()).saturating_add(1);
    let mut parts = Vec::new();
    for (from, to) in used {
        if from > next {
            parts.push((next, from - 1));
        }
        next = next.max(to.saturating_add(1));
    }
    if next <= last {
        parts.push((next, last));
    }
    parts
}

/// The largest aligned range that lies within `first..=last`, as its first address and its host bits.
fn largest_block(first: u128, last: u128) -> Option<(u128, u32)> {
    (SMALLEST_HOST_BITS..=LARGEST_HOST_BITS).rev().find_map(|bits| {
        let size = 1_u128 << bits;
        let start = first.checked_add(size - 1)? / size * size;
        (start.checked_add(size - 1)? <= last).then_some((start, bits))
    })
}

/// The largest range of `subnet` in which Neutron hands out nothing: the first such range of the last free part.
///
/// `None` if there is not even room for 16 addresses.
#[must_use]
pub fn carve(subnet: IpNet, taken: &[Pool]) -> Option<IpNet> {
    let (start, bits) = free(subnet, taken)
        .into_iter()
        .filter_map(|(first, last)| largest_block(first, last))
        .max_by_key(|(start, bits)| (*bits, *start))?;
    range_of(start, bits, subnet)
}

/// Whether a range has too few addresses for pods.
#[must_use]
pub fn is_too_small(range: IpNet) -> bool {
    u32::from(range.max_prefix_len() - range.prefix_len()) < SMALLEST_HOST_BITS
}

/// The first pool that `range` shares an address with.
#[must_use]
pub fn overlap(range: IpNet, pools: &[Pool]) -> Option<Pool> {
    let (first, last) = (number(range.network()), number(range.broadcast()));
    pools.iter().copied().find(|(from, to)| from.is_ipv4() == range.network().is_ipv4() && number(*from) <= last && first <= number(*to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(from: &str, to: &str) -> Pool {
        (from.parse().expect("address"), to.parse().expect("address"))
    }

    fn carved(subnet: &str, pools: &[Pool]) -> Option<String> {
        carve(subnet.parse().expect("range"), pools).map(|range| range.to_string())
    }

    #[test]
    fn the_largest_free_part_is_taken() {
        let pools = [pool("10.40.0.10", "10.40.31.254")];
        assert_eq!(carved("10.40.0.0/16", &pools).as_deref(), Some("10.40.64.0/18"));
    }

    #[test]
    fn the_last_address_and_the_pools_stay_out() {
        let pools = [pool("192.0.2.1", "192.0.2.127")];
        assert_eq!(carved("192.0.2.0/24", &pools).as_deref(), Some("192.0.2.128/26"));
        let range: IpNet = "192.0.2.128/26".parse().expect("range");
        assert_eq!(overlap(range, &pools), None);
        let wide: IpNet = "192.0.2.64/26".parse().expect("range");
        assert_eq!(overlap(wide, &pools), Some(pools[0]));
    }

    #[test]
    fn a_full_subnet_has_no_room() {
        assert_eq!(carved("192.0.2.0/24", &[pool("192.0.2.1", "192.0.2.254")]), None);
        assert_eq!(carved("192.0.2.0/28", &[]), None);
    }

    #[test]
    fn ipv6_is_carved_too() {
        let pools = [pool("2001:db8::2", "2001:db8::ffff:ffff:ffff:fffe")];
        assert_eq!(carved("2001:db8::/64", &pools), None);
        let half = [pool("2001:db8::2", "2001:db8::7fff:ffff:ffff:ffff")];
        assert_eq!(carved("2001:db8::/64", &half).as_deref(), Some("2001:db8:0:0:8000::/112"));
    }
}
