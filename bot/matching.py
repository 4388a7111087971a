"""Which channels want an alert: the subscribers' filters held against its terms."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from bot.model import Alert, Channel, Subscription
from rules import Filter, FilterError, Pack, parse_filter

log = logging.getLogger(__name__)


class Matcher:
    """Parses each filter once and keeps it."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._filters: dict[str, Filter | None] = {}

    def channels(self, alert: Alert, subscriptions: Iterable[Subscription]) -> list[Channel]:
        """The channels with a subscription that the alert matches, each once, in the subscriptions' order."""
        terms = frozenset(alert.terms)
        found: dict[Channel, None] = {}
        for subscription in subscriptions:
            wanted = self._filter(subscription.filter)
            if wanted is not None and wanted.matches(terms):
                found[subscription.channel] = None
        return list(found)

    def matches(self, filter_text: str, alert: Alert) -> bool:
        wanted = self._filter(filter_text)
        return wanted is not None and wanted.matches(frozenset(alert.terms))

    def _filter(self, text: str) -> Filter | None:
        """None for a filter that this version does not understand: it was refused when saved, or is older."""
        if text not in self._filters:
            try:
                self._filters[text] = parse_filter(text, self._pack)
            except FilterError as error:
                log.error("a saved filter is not understood and matches nothing: %r: %s", text, error)
                self._filters[text] = None
        return self._filters[text]
