# SPDX-License-Identifier: Apache-2.0
"""OpenStack Magnum driver for Kubernetes clusters with RDMA on Cluster API.

What happens to a cluster, in the order of the modules::

    driver   the hooks that Magnum calls: gather, core, save
    gather   Magnum's objects and OpenStack's answers, as one document
    core     the native module, which decides everything
    save     what the core decided, into Magnum's objects
"""
