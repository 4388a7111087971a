"""How a feed is called and how it is doing, in words to be told in any language."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from bot.catalogue.values import Listed
from bot.feed_words import reason_said
from bot.model import Feed, ParsedFeed, Said, said, said_count


def name_of(feed: Feed) -> str:
    """Its title, or where it stands: a feed that was added unseen names itself in alerts only."""
    if feed.title:
        return feed.title
    parts = urlsplit(feed.url)
    if feed.via == "telegram":
        return "@" + parts.path.rstrip("/").rpartition("/")[2]
    return (parts.hostname or feed.url).removeprefix("www.")


def shown(url: str) -> str:
    """The address without a login, for people."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def health_said(one: Listed, now: datetime) -> Said:
    """How the feed is doing, in a few words, and where it is read when it has moved."""
    how, state = _how_it_does(one, now), one.health.state if one.health else None
    if not one.on or state is None or state.moved_to is None or state.gone_at is not None:
        return how
    return said("{health}; moved to {address}", health=how, address=shown(state.moved_to))


def _how_it_does(one: Listed, now: datetime) -> Said:
    if not one.on:
        return said("off") if one.origin != "pack" or one.health else said("not polled")
    if one.health is None:
        return said("not read yet")
    state = one.health.state
    if state.gone_at is not None:
        return said("gone since {moment}: its server says for good", moment=state.gone_at)
    if state.failures:
        reason = reason_said(state.last_error or "")
        if state.failures == 1:
            return said("failing once: {reason}", reason=reason)
        return said_count(
            "failing {n} time in a row: {reason}",
            "failing {n} times in a row: {reason}",
            state.failures,
            reason=reason,
        )
    if state.succeeded_at is None and state.polled_at is not None:  # an outage of the network here blames no feed
        return said("not read yet; no answer {ago}", ago=_ago(state.polled_at, now))
    return said("read {ago}", ago=_ago(state.succeeded_at, now)) if state.succeeded_at else said("not read yet")


def is_well(one: Listed) -> bool:
    """Whether nothing needs the operator's eye; a feed that was not asked yet counts as well."""
    if one.health is None:
        return True
    state = one.health.state
    unanswered = state.polled_at is not None and state.succeeded_at is None
    return state.failures == 0 and state.gone_at is None and not unanswered


def last_item_said(one: Listed, now: datetime) -> Said | None:
    """When it last brought something; None when it is not polled."""
    if one.health is None:
        return None
    return _ago(one.health.last_item_at, now) if one.health.last_item_at else said("nothing yet")


def what_came(parsed: ParsedFeed, relevant: int) -> Said:
    """What was read, in one sentence; `relevant` of the entries are about the topic."""
    count = len(parsed.entries)
    if not count:
        return said("a feed without entries")
    dated = [entry.published_at for entry in parsed.entries if entry.published_at]
    newest = said("the newest of {moment}", moment=max(dated)) if dated else said("none with a date")
    about = said("{n} about the topic", n=relevant) if relevant else said("none about the topic")
    return said_count(
        "{n} entry, {newest}; {about}", "{n} entries, {newest}; {about}", count, newest=newest, about=about
    )


def _ago(moment: datetime, now: datetime) -> Said:
    seconds = max(0.0, (now - moment).total_seconds())
    if seconds >= 86_400:
        return said("{n} d ago", n=int(seconds // 86_400))
    if seconds >= 3_600:
        return said("{n} h ago", n=int(seconds // 3_600))
    return said("{n} min ago", n=int(seconds // 60)) if seconds >= 60 else said("just now")
