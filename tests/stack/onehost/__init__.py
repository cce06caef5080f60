# SPDX-License-Identifier: Apache-2.0
"""Starts and stops the real services of a cloud on one host, as plain processes on loopback.

In the order the data visits them: `cli` reads the command line, `settings` and `layout` say what the stack is
and where it lives, `cloud` lists its steps (`preparation`, `infrastructure`, `kubernetes`, `cluster_api`,
`openstack`, `contents`), and `runner` takes them in the order of what they need, with `processes`, `probes`
and `progress`.
"""
