# SPDX-License-Identifier: Apache-2.0
# Everything here works on a fresh Debian machine with git, make, gcc, Python, Rust and Go.
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench chaos build stack-up stack-down clean distclean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## a cluster with RDMA from create to delete, on real services (KEEP=1 leaves them running)
	@tests/demo/demo

test: ## every test, the end-to-end test on real services included
	@tools/chore test

lint: ## every check: formatting, linters, types, rules of this repository
	@tools/chore lint

bench: ## a thousand clusters beside magnum-capi-helm; the driver's own requests and time in a create
	@tests/bench/bench

chaos: ## conductors and Helm killed at random moments, at least 100 of them (ROUNDS=, SEED=)
	@tools/chore build
	@MAGNUM_CAPI_RDMA_CHAOS_ROUNDS=$(or $(ROUNDS),100) MAGNUM_CAPI_RDMA_CHAOS_SEED=$(SEED) .venv/bin/pytest -s tests/e2e/test_chaos.py

build: ## the wheel, into dist/
	@tools/chore build

stack-up: ## start the real services with the driver of this tree, and leave them running
	@tools/chore build
	@tests/stack/stack up --driver dist/*.whl

stack-down: ## stop them
	@tests/stack/stack down

clean: ## remove what was built in the tree
	@tools/chore clean

distclean: ## remove that and the cache
	@tools/chore distclean
