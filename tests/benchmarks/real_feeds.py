"""The main job on real input: RSS files of real items in three languages, served on loopback, run through the
whole application into both strict platform servers, and held against their labels.

An item counts as told when its story was alerted. Figures: items read, alerts sent, precision, recall, the
misses and false alarms, and the seconds from the fetch of a feed to the message in the chat.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from pydantic import SecretStr

from bot.app import App, running
from bot.config import (
    Config,
    Console,
    Database,
    FullText,
    OwnFeed,
    OwnSubscription,
    Polling,
    Slack,
    Telegram,
    Web,
)
from bot.feeds import entry_keys, feed_id, parse_feed
from bot.model import Channel
from bot.settings import ChannelSettings
from bot.storage import Store
from tests.feed_server import FeedServer
from tests.servers import SlackServer, TelegramServer
from tests.shared_material import SHARED

NEWS = SHARED / "feeds/news"
DRAINED_WITHIN_S = 900  # one message a second a chat is the platforms' pace, and there are under 200 alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    feed: str
    guid: str
    relevant: bool
    title: str


async def measure() -> Sequence[str]:
    """The figures as rows to print; one row that says so where the labelled feeds are not on this machine."""
    if not NEWS.exists():
        return ["not measured: the labelled feeds lie beside the project only on developers' machines"]
    labels = [
        Label(feed=row["feed"], guid=row["guid"], relevant=bool(row["label"]), title=row["title"])
        for row in map(json.loads, (NEWS / "labels.jsonl").read_text("utf-8").splitlines())
    ]
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        feeds = await stack.enter_async_context(FeedServer())
        telegram = await stack.enter_async_context(TelegramServer())
        slack = await stack.enter_async_context(SlackServer())
        reader = telegram.add_private(telegram.add_user("Reader"))
        channel = slack.add_channel("deals")
        for path in sorted(NEWS.glob("*.xml")):
            feeds.serve(path.name, path.read_bytes())
        config = _config(folder, feeds, telegram, slack, (f"telegram:{reader.id}", f"slack:{channel.id}"))
        await _every_alert_alone(config)
        app = await stack.enter_async_context(running(config))
        await _drained(app, len(labels))
        told = await _told(app, feeds)
        fetched_at = {name: at for (name, _), at in zip(feeds.requests, feeds.answered_at, strict=True)}
        first_fetch = min(fetched_at.values())
        waits = {
            "Telegram": [
                call.at - first_fetch for call in telegram.log if call.method == "sendMessage" and not call.error
            ],
            "Slack": [
                call.at - first_fetch for call in slack.log if call.method == "chat.postMessage" and not call.error
            ],
        }
        status = await app.store.status()
    rows = [f"items read {status.items}, alerts {status.alerts}"]
    rows += [f"{name}: {_spread(seconds)}" for name, seconds in waits.items()]
    return [*rows, *_scores(labels, told)]


def _config(
    folder: Path, feeds: FeedServer, telegram: TelegramServer, slack: SlackServer, channels: Sequence[str]
) -> Config:
    return Config(
        default_feeds=False,
        database=Database(url=SecretStr(f"sqlite:///{folder / 'dealwire.db'}")),
        polling=Polling(allow_private=(feeds.address,), per_host_gap_s=0.0, first_read="show"),
        fulltext=FullText(enabled=False),  # the articles are out of reach
        feeds=tuple(OwnFeed(url=feeds.url(path.name), title=path.stem) for path in sorted(NEWS.glob("*.xml"))),
        console=Console(enabled=False),
        telegram=Telegram(token=SecretStr(telegram.token), base_url=telegram.url, poll_timeout_s=1),
        slack=Slack(
            bot_token=SecretStr(slack.bot_token), app_token=SecretStr(slack.app_token), base_url=slack.base_url
        ),
        subscriptions=tuple(OwnSubscription(channel=Channel.parse(key)) for key in channels),
        web=Web(enabled=False),
    )


async def _every_alert_alone(config: Config) -> None:
    """Without it a burst folds into one running message after six rings an hour."""
    async with Store.open(config.database.url.get_secret_value()) as store, store.write() as tx:
        for subscription in config.subscriptions:
            await tx.save_channel_settings(subscription.channel, ChannelSettings(rings_per_hour=10_000))


async def _drained(app: App, items: int) -> None:
    async with asyncio.timeout(DRAINED_WITHIN_S):
        while True:
            status = await app.store.status()
            if status.items >= items and not status.queued:
                return
            await asyncio.sleep(0.2)


async def _told(app: App, feeds: FeedServer) -> dict[tuple[str, str], bool]:
    """(feed, guid) -> whether the item's story was alerted."""
    found: dict[tuple[str, str], bool] = {}
    for path in sorted(NEWS.glob("*.xml")):
        url = feeds.url(path.name)
        for entry in parse_feed(path.read_bytes(), "application/rss+xml", url).entries:
            keys = entry_keys(feed_id(url), entry)
            known = await app.store.known_keys(keys)
            item = await app.store.item(next(iter(known.values())).item_id) if known else None
            found[path.name, entry.guid or ""] = item is not None and item.story_id is not None
    return found


def _spread(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:
        return f"{len(seconds)} messages"
    p95 = quantiles(seconds, n=20)[-1]
    return (
        f"{len(seconds)} messages; seconds from the first fetch to the message: first {min(seconds):.2f}, "
        f"median {median(seconds):.1f}, p95 {p95:.1f}, last {max(seconds):.1f}"
    )


def _scores(labels: Sequence[Label], told: dict[tuple[str, str], bool]) -> list[str]:
    rows = []
    for lang in ("en", "hi", "ru", ""):
        chosen = [label for label in labels if label.feed.startswith(lang)]
        right = sum(label.relevant and told[label.feed, label.guid] for label in chosen)
        alarms = [label for label in chosen if not label.relevant and told[label.feed, label.guid]]
        misses = [label for label in chosen if label.relevant and not told[label.feed, label.guid]]
        precision, recall = right / max(right + len(alarms), 1), right / max(right + len(misses), 1)
        rows.append(
            f"{lang or 'all'}: {len(chosen)} items, {right + len(misses)} relevant, {right} told, "
            f"{len(misses)} missed, {len(alarms)} false alarms: precision {precision:.3f}, recall {recall:.3f}"
        )
    rows += [f"missed {label.feed}: {label.title}" for label in misses]
    rows += [f"false alarm {label.feed}: {label.title}" for label in alarms]
    return rows
