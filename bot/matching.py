"""Which channels want an alert: the subscribers' filters held against what the alert tells.

`Matcher` keeps the subscriptions in memory, filed so that an alert meets only the filters that may match it; its
owner reads them again when the store says that they changed (`Store.subscriptions_revision`).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

from bot.model import Alert, ArchivedAlert, Channel, Subscription
from bot.settings import IST
from rules import Filter, FilterError, Pack, Percolator, Rates, Subject, bundled_rates, parse_filter, subject_of

log = logging.getLogger(__name__)

DAYS_BEGIN = ZoneInfo(IST)  # where after: and before: begin for those who chose no time zone
_KEPT = 10_000  # parsed filters of single questions kept; subscribed ones are kept as long as they last


class Matcher:
    """Parses each filter once and keeps it. Not shared between threads."""

    def __init__(self, pack: Pack, rates: Callable[[], Rates] = bundled_rates) -> None:
        self._pack = pack
        self._rates = rates
        self._filters: dict[tuple[str, str], Filter | None] = {}  # filter and time zone -> parsed
        self._subscriptions: dict[str, tuple[int, Subscription]] = {}  # id -> its place in their order
        self._zones: Mapping[Channel, str] = {}
        self._percolator: Percolator[str] = Percolator()
        self.revision: int | None = None  # of the subscriptions that it holds; None: none loaded yet

    def load(
        self,
        subscriptions: Iterable[Subscription],
        revision: int,
        sample: Iterable[Alert | ArchivedAlert] = (),
        *,
        zones: Mapping[Channel, str] | None = None,
    ) -> None:
        """Hold these subscriptions from now on. What is held already costs little; a new one costs the parsing of
        its filter, about 50 us. `sample`: some recent alerts, by which the first load tells common terms from
        rare ones. `zones`: of the channels that chose one, where their days begin."""
        had, zones = self._zones, zones or {}
        if self.revision is None:
            counted = Counter(term for alert in sample for term in self.subject(alert).terms)
            self._percolator = Percolator(counted)
        wanted = {subscription.id: (place, subscription) for place, subscription in enumerate(subscriptions)}
        for gone in self._subscriptions.keys() - wanted.keys():
            self._percolator.remove(gone)
        for id_, (_, subscription) in wanted.items():
            held = self._subscriptions.get(id_)
            zone = zones.get(subscription.channel, IST)
            moved = held is not None and had.get(held[1].channel, IST) != zone
            if held is None or held[1].filter != subscription.filter or moved:
                self._percolator.remove(id_)
                parsed = self._parsed(subscription.filter, zone)
                if parsed is not None:
                    self._percolator.add(id_, parsed)
        self._subscriptions, self._zones = wanted, zones
        self.revision = revision

    def subscriptions(self, alert: Alert | ArchivedAlert) -> list[Subscription]:
        """Those of the loaded ones that the alert matches, in their order."""
        found = [self._subscriptions[id_] for id_ in self._percolator.match(self.subject(alert))]
        return [subscription for _, subscription in sorted(found, key=lambda each: each[0])]

    def channels(self, alert: Alert) -> dict[Channel, bool]:
        """The channels with a subscription that the alert matches, in the subscriptions' order, and whether all of
        those are paused."""
        found: dict[Channel, bool] = {}
        for subscription in self.subscriptions(alert):
            paused = subscription.paused_at is not None
            found[subscription.channel] = paused and found.get(subscription.channel, True)
        return found

    def matches(self, filter_text: str, alert: Alert, zone: str = IST) -> bool:
        """`zone`: where the days of the filter begin, the channel's."""
        wanted = self._kept(filter_text, zone)
        return wanted is not None and wanted.matches(self.subject(alert))

    def subject(self, alert: Alert | ArchivedAlert) -> Subject:
        """The alert as filters see it."""
        facets = alert.facets
        outlets = (
            alert.outlets if isinstance(alert, ArchivedAlert) else tuple(source.outlet for source in alert.card.sources)
        )
        marks = [alert.kind, facets.certainty, *facets.marks]
        if "official" in facets.kinds:
            marks.append("official")
        on = (facets.published_at or alert.created_at).date()
        return subject_of(
            terms=alert.terms,
            words=facets.words,
            sources=outlets,
            kinds=facets.kinds,
            marks=marks,
            importance=alert.importance,
            score=facets.score,
            origins=facets.origins if facets.origins is not None else len(set(outlets)),
            values=facets.values,
            quantities=facets.quantities,
            published_at=facets.published_at or alert.created_at,
            per_dollar=self._rates().per_dollar(on) if facets.values else None,
        )

    def _kept(self, text: str, zone: str) -> Filter | None:
        if (text, zone) not in self._filters:
            if len(self._filters) >= _KEPT:
                self._filters.clear()
            self._filters[text, zone] = self._parsed(text, zone)
        return self._filters[text, zone]

    def _parsed(self, text: str, zone: str) -> Filter | None:
        """None for a filter that this version does not understand: it was refused when saved, or is older."""
        try:
            return parse_filter(text, self._pack, ZoneInfo(zone))
        except FilterError as error:
            log.error("a saved filter is not understood and matches nothing: %r: %s", text, error)
            return None
