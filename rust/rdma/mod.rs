// SPDX-License-Identifier: Apache-2.0
//! All that is RDMA: which networks a group gets, the port that a machine has on one, the addresses
//! its pods use, and the addon that brings it into pods.

pub mod addon;
pub mod addressing;
pub mod network;

pub use network::RdmaNetwork;
