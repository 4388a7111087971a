"""The composition root: what is built from the configuration, and the life of the whole.

In: a `Config`, a clock, chance. Out: the running application, and for the command line the parts that it needs
alone. Each part gets its own values from the configuration, never the whole of it.
"""

from bot.app.adapters import slack_oauth
from bot.app.clock import system_clock
from bot.app.configured import check_filters, configured_feeds, feeds_of, load_packs, own_of
from bot.app.errors import StartError
from bot.app.life import App, running
from bot.app.reading import catalogue_of
from bot.app.trial import sample_alert, send_test

__all__ = [
    "App",
    "StartError",
    "catalogue_of",
    "check_filters",
    "configured_feeds",
    "feeds_of",
    "load_packs",
    "own_of",
    "running",
    "sample_alert",
    "send_test",
    "slack_oauth",
    "system_clock",
]
