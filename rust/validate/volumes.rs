// SPDX-License-Identifier: Apache-2.0
//! Disks of machines that are Cinder volumes.

use super::Findings;
use crate::model::{BlockDevice, LabelSet, RootVolume};
use crate::problem::{Code, Problem};
use crate::request::ClusterRequest;

/// etcd's own disk.
pub fn etcd_disk(labels: &LabelSet<'_>) -> Option<BlockDevice> {
    let size = labels.integer("etcd_blockdevice_size").unwrap_or(0);
    let local = labels.text("etcd_blockdevice_type") == Some("local");
    let volume = |text: Option<&str>| text.filter(|_| !local).map(str::to_owned);
    (size > 0).then(|| BlockDevice {
        size,
        local,
        volume_type: volume(labels.text("etcd_blockdevice_volume_type")),
        availability_zone: volume(labels.text("etcd_blockdevice_volume_az")),
    })
}

/// The root volume that the labels ask for, or `None` for the flavor's disk. A type without a size stays, as in the
/// values of magnum-capi-helm.
pub fn root_volume(request: &ClusterRequest, labels: &LabelSet<'_>, findings: &mut Findings) -> Option<RootVolume> {
    let settings = &request.settings;
    let size = Some(labels.integer("boot_volume_size").unwrap_or(settings.default_boot_volume_size)).filter(|size| *size > 0);
    let zone = labels.text("boot_volume_availability_zone");
    if size.is_none() && zone_is_meant(labels) {
        findings.report(Problem::new(
            Code::LabelConflict,
            labels.path("boot_volume_availability_zone"),
            "machines boot from the flavor's disk, which is in no zone of Cinder's",
            "Set boot_volume_size, or remove the label.",
        ));
    }
    let volume = RootVolume {
        size,
        volume_type: labels
            .text("boot_volume_type")
            .map(str::to_owned)
            .or_else(|| settings.default_boot_volume_type.clone())
            .filter(|kind| !kind.is_empty()),
        availability_zone: zone.filter(|_| size.is_some()).map(str::to_owned),
    };
    Some(volume).filter(|volume| *volume != RootVolume::default())
}

/// Whether the tenant asks for a zone, and does not take the volume away again on a stronger level.
fn zone_is_meant(labels: &LabelSet<'_>) -> bool {
    let size = labels.level("boot_volume_size");
    labels.level("boot_volume_availability_zone").is_some_and(|zone| size.is_none_or(|size| zone <= size))
}
