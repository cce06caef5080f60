# SPDX-License-Identifier: Apache-2.0
"""The demo: commands that an operator or tenant would type, what they print, and what is expected of it."""
