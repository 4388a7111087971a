"""What polls leave behind for their feeds: the state to store, and what the operator should know.

In: polls and what was found in them. Out: an `Outcome` for each, in their order, composed before anything is
written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

from bot.feeds import Pace, after_identifying, next_poll, settle
from bot.health import Network, address_notice, notices_for, renumbered_notice
from bot.model import Deferred, Failed, FeedState, Notice
from bot.news import Findings
from bot.polling import Poll


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one poll leaves behind."""

    state: FeedState
    notices: tuple[Notice, ...] = ()


class Settling:
    """Settles polls, and remembers between them whether our own network answers."""

    def __init__(self, *, random: Random, pace: Pace, silence_alarm: bool) -> None:
        self._random = random
        self._pace = pace
        self._silence_alarm = silence_alarm
        self.network = Network()

    def settled(self, polls: Sequence[Poll], found: Findings, now: datetime) -> list[Outcome]:
        """What each of `polls` leaves behind."""
        for poll in polls:
            if not isinstance(poll.result, Deferred):
                self.network.saw(poll.feed, poll.state, poll.result, now)
        return [self._one(poll, found, now) for poll in polls]

    def _one(self, poll: Poll, found: Findings, now: datetime) -> Outcome:
        feed, before = poll.feed, poll.state
        if isinstance(poll.result, Deferred):
            return Outcome(state=settle(feed, before, before, poll.result, now, known=True).state)
        ours = self.network.down and isinstance(poll.result, Failed) and poll.result.unreached
        brought = found.brought(poll)
        after = next_poll(
            feed,
            self.network.forgiven(before) if ours else before,
            poll.result,
            now,
            self._random,
            parsed=poll.parsed,
            brought=brought,
            pace=self._pace,
            ours=ours,
        )
        if ours:
            return Outcome(state=after)
        notices: list[Notice] = []
        if sightings := found.sightings.get(feed.id):
            after = after_identifying(after, sightings, now)
            if notice := renumbered_notice(feed, before, after, sightings.renumbered, now):
                notices.append(notice)
        moved = settle(feed, before, after, poll.result, now, known=found.has_known(poll))
        if moved.note:
            notices.append(address_notice(feed, moved.state, moved.note, now))
        after, about = notices_for(feed, before, moved.state, now, brought=brought, silence_alarm=self._silence_alarm)
        return Outcome(state=after, notices=(*notices, *about))
