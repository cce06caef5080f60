# SPDX-License-Identifier: Apache-2.0
"""magnum-capi-helm, as it is."""

import passes
from magnum_capi_helm.driver import Driver

if __name__ == "__main__":
    passes.main(Driver, "capi_helm")
