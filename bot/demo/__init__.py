"""`dealwire demo`: the real application on bundled sample news, served on loopback, changing while you watch."""

from bot.demo.run import demonstrate
from bot.demo.server import SampleFeeds

__all__ = ["SampleFeeds", "demonstrate"]
