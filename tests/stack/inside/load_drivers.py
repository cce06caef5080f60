# SPDX-License-Identifier: Apache-2.0
"""Loads every Magnum driver that is installed, and fails if one cannot be loaded."""

import sys
from importlib.metadata import entry_points

drivers = entry_points(group="magnum.drivers")
if not drivers:
    sys.exit("The wheel declares no entry point in the group magnum.drivers.")
for driver in drivers:
    print(driver.name, driver.load())
