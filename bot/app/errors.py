"""Why nothing could start, in the operator's words."""

from __future__ import annotations


class StartError(Exception):
    """The application cannot start; the message lists what is wrong and what to do."""
