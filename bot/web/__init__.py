"""The local page: the latest alerts, and whether the process is well. Loopback unless configured otherwise."""

from bot.web.server import Web, WebError

__all__ = ["Web", "WebError"]
