# SPDX-License-Identifier: Apache-2.0
"""The chores of this repository, for a fresh machine with Python, Rust and Go and nothing else."""
