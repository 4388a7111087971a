"""Alerts that a channel's subscriptions match to deliveries as its settings want them: now, later, or not at all.

The policy is `bot.settings.plan`; here it meets the outbox, inside the transaction that stores the result: what
already rang in the last hour decides whether an alert rings or joins the channel's running message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.model import Alert, Channel, Delivery, new_id, new_ids
from bot.settings import ChannelSettings, Tell, Untold, plan
from bot.storage import Transaction, Waiting

HOUR = timedelta(hours=1)
RESUMED = datetime(9999, 1, 1, tzinfo=UTC)  # the moment of what waits for its subscription to be resumed
DEFAULTS = ChannelSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An alert that a channel's subscriptions match."""

    alert: Alert
    channel: Channel
    paused: bool = False  # every subscription that it matches is paused
    owed: bool = False  # an update of a story that the channel has: it is told however little it weighs


class Rings:
    """How loud some channels were in the last hour, kept up to date while deliveries are planned."""

    def __init__(
        self,
        tx: Transaction,
        now: datetime,
        settings: Mapping[Channel, ChannelSettings],
        rings: dict[Channel, int],
        running: dict[Channel, str],
    ) -> None:
        self._tx = tx
        self._now = now
        self._settings = settings
        self._rings = rings
        self._running = running
        self._joined: set[str] = set()

    @classmethod
    async def of(cls, tx: Transaction, now: datetime, settings: Mapping[Channel, ChannelSettings]) -> Rings:
        """`settings`: of each channel concerned."""
        rings = await tx.rings(settings.keys(), now - HOUR)
        running = await tx.running_bundles(settings.keys(), now - HOUR)
        return cls(tx, now, settings, rings, running)

    async def told(self, delivery: Delivery, alert: Alert) -> Delivery:
        """The delivery as a message of its own, or as a part of the running one."""
        channel = delivery.channel
        loud = self._rings.get(channel, 0) >= self._settings[channel].rings_per_hour
        # A terminal has no sound and takes nothing back, so there is nothing to fold into.
        if not loud or alert.importance == "flash" or channel.platform == "console":
            self._rings[channel] = self._rings.get(channel, 0) + 1
            return replace(delivery, state="due", waits=None, due_at=self._now)
        bundle = self._running.get(channel)
        if bundle is None:
            bundle = self._running[channel] = new_id(self._now)
            await self._tx.add_bundle(bundle, channel, "running", self._now)
        self._joined.add(bundle)
        return replace(delivery, state="bundled", waits=None, due_at=self._now, bundle_id=bundle)

    async def close(self) -> None:
        """Queue the running messages again that something joined."""
        await self._tx.reopen_bundles(self._joined, self._now)


async def planned(tx: Transaction, wanted: Iterable[Wanted], now: datetime) -> list[Delivery]:
    """A row of the outbox for each, in their order. Running messages that some of them join are queued."""
    wanted = list(wanted)
    settings = await settings_of(tx, (each.channel for each in wanted))
    rings = await Rings.of(tx, now, settings)
    made: list[Delivery] = []
    for id_, each in zip(new_ids(now, len(wanted)), wanted, strict=True):
        delivery = Delivery(id=id_, alert_id=each.alert.id, channel=each.channel, due_at=now)
        if each.paused:
            made.append(replace(delivery, state="waiting", waits="pause", due_at=RESUMED))
            continue
        chosen = settings[each.channel]
        if each.owed:
            chosen = replace(chosen, min_importance="low", min_score=0.0)
        delivery = _wish(delivery, each.alert, chosen, now)
        made.append(await rings.told(delivery, each.alert) if delivery.state == "due" else delivery)
    await rings.close()
    return made


async def replanned(tx: Transaction, channel: Channel, settings: ChannelSettings, now: datetime) -> int:
    """Plans anew what waits for the channel's quiet hours to end or for its digest; how much that was."""
    rings = await Rings.of(tx, now, {channel: settings})
    waiting = [each for each in await tx.waiting(channel) if each.delivery.waits != "pause"]
    moved: list[Delivery] = []
    for each in waiting:
        delivery = _wish(each.delivery, each.alert, settings, now)
        moved.append(await rings.told(delivery, each.alert) if delivery.state == "due" else delivery)
    await tx.replan(moved)
    await rings.close()
    return len(moved)


async def released(tx: Transaction, channel: Channel, waiting: Iterable[Waiting], now: datetime) -> None:
    """What waited for its moment is told: alerts for a digest in one message, the others as bursts allow."""
    due = list(waiting)
    await gathered(tx, channel, [each for each in due if each.delivery.waits == "digest"], now)
    rings = await Rings.of(tx, now, await settings_of(tx, [channel]))
    later = [each for each in due if each.delivery.waits != "digest"]
    await tx.replan([await rings.told(each.delivery, each.alert) for each in later])
    await rings.close()


async def gathered(tx: Transaction, channel: Channel, waiting: Iterable[Waiting], now: datetime) -> None:
    """One digest of all of these, now; none when there are none."""
    members = [each.delivery for each in waiting]
    if not members:
        return
    digest = new_id(now)
    await tx.add_bundle(digest, channel, "digest", now)
    await tx.replan(replace(each, state="bundled", waits=None, due_at=now, bundle_id=digest) for each in members)


async def settings_of(tx: Transaction, channels: Iterable[Channel]) -> dict[Channel, ChannelSettings]:
    """Of each channel, the defaults where it never chose."""
    asked = list(dict.fromkeys(channels))
    chosen = await tx.channel_settings(asked)
    return {channel: chosen.get(channel, DEFAULTS) for channel in asked}


def _wish(delivery: Delivery, alert: Alert, settings: ChannelSettings, now: datetime) -> Delivery:
    """The delivery as the settings want it; "due" when that is now."""
    wish = plan(
        settings,
        now,
        importance=alert.importance,
        score=alert.facets.score if alert.facets.score is not None else 1.0,
        programmes=alert.facets.programmes,
    )
    match wish:
        case Untold(reason=reason):
            return replace(delivery, state="untold", waits=None, reason=reason)
        case Tell(in_digest=True, due_at=due_at):
            return replace(delivery, state="waiting", waits="digest", due_at=due_at)
        case Tell(due_at=due_at) if due_at > now:
            return replace(delivery, state="waiting", waits="quiet", due_at=due_at)
    return replace(delivery, state="due", waits=None, due_at=now)
