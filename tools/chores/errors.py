# SPDX-License-Identifier: Apache-2.0
"""The one exception that a person sees."""


class ChoreError(Exception):
    """Something is missing or went wrong; the message says what, and what to do about it."""
