"""What the configuration names, as values: the packs, the feeds, the subscriptions.

Nothing is opened here but the packs' files.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from bot.app.errors import StartError
from bot.catalogue import Configured
from bot.config import Config
from bot.feeds import LEAST_INTERVAL_S, feed_id, source_of
from bot.model import Channel, Feed, Subscription, new_ids
from rules import FilterError, Own, Pack, parse_filter
from rules import load_packs as load_rules

CONSOLE = Channel(platform="console", address="")


def load_packs(config: Config) -> Pack:
    """What to detect with: the configured packs as one, with the operator's own entries; raises PackError."""
    return load_rules(config.packs, own_of(config))


def own_of(config: Config) -> Own | None:
    """The operator's own entries as the packs take them; None when there are none."""
    return Own(file=config.own.file, text=config.own.text, data=config.own.entries()) if config.own else None


def feeds_of(config: Config, pack: Pack) -> tuple[Feed, ...]:
    """The feeds that the configuration lets be polled."""
    return tuple(one.feed for one in configured_feeds(config, pack) if one.on)


def configured_feeds(config: Config, pack: Pack) -> tuple[Configured, ...]:
    """The feeds that the pack and the configuration name, each URL once (the operator's wins); a pack's others are
    known, and off."""
    found: dict[str, Configured] = {}
    for source in pack.feeds:
        url, via = source_of(source.url) or (source.url, "feed")
        feed = Feed(
            id=feed_id(url),
            url=url,
            title=source.title,
            lang=source.lang,
            kind=source.kind,
            tier=source.tier,
            interval_s=_interval_s(config, url, None),
            adaptive=True,
            first_read=config.polling.first_read,
            via=via,
        )
        on = config.default_feeds and source.default
        found[feed.id] = Configured(feed=feed, origin="pack", on=on)
    for own in config.feeds:
        url, via = source_of(own.url) or (own.url, "feed")
        feed = Feed(
            id=feed_id(url),
            url=url,
            title=own.title or "",
            lang=own.lang,
            kind=own.kind,
            tier=own.tier,
            interval_s=_interval_s(config, url, own.interval_minutes),
            adaptive=own.interval_minutes is None,
            first_read=own.first_read or config.polling.first_read,
            via=own.via or ("newslist" if own.link_prefix else via),
            link_prefix=own.link_prefix,
        )
        found[feed.id] = Configured(feed=feed, origin="config", on=True)
    return tuple(found.values())


def _interval_s(config: Config, url: str, own_minutes: float | None) -> int:
    """The configured seconds between two polls of `url`; only feeds of our own machines may be asked more often
    than once a minute."""
    wished_s = round((own_minutes or config.polling.interval_minutes) * 60)
    parts = urlsplit(url)
    private = parts.netloc.rpartition("@")[2] in config.polling.allow_private
    return max(1, wished_s) if private else max(LEAST_INTERVAL_S, wished_s)


def config_subscriptions(config: Config, now: datetime) -> tuple[Subscription, ...]:
    """The configuration's subscriptions; the terminal gets every alert while it is on."""
    wanted = [(own.channel, own.filter) for own in config.subscriptions]
    if config.console.enabled and not any(channel == CONSOLE for channel, _ in wanted):
        wanted.append((CONSOLE, ""))
    return tuple(
        Subscription(id=made, channel=channel, filter=words, created_at=now, created_by="config")
        for made, (channel, words) in zip(new_ids(now, len(wanted)), wanted, strict=True)
    )


def check_filters(config: Config, pack: Pack) -> None:
    """StartError for a subscription of the configuration whose filter is not understood."""
    for number, own in enumerate(config.subscriptions, 1):
        try:
            parse_filter(own.filter, pack)
        except FilterError as error:
            raise StartError(
                f"subscription {number} ({own.channel.key}): filter {own.filter!r} is not understood "
                f"at character {error.position + 1}: {error}"
            ) from error
