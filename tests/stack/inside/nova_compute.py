# SPDX-License-Identifier: Apache-2.0
"""nova-compute with the driver beside this file: Nova loads drivers from its own package `nova.virt` only."""

import sys
from pathlib import Path

from nova.cmd.compute import main
from nova.virt import __path__ as driver_folders

driver_folders.append(str(Path(__file__).resolve().parent / "nova_drivers"))

if __name__ == "__main__":
    sys.exit(main())
