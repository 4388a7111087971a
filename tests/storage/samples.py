"""Values to store, each whole and valid; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.model import (
    Alert,
    Card,
    Channel,
    Delivery,
    Entry,
    FactRow,
    Feed,
    FeedState,
    Source,
    StoredItem,
    Story,
    Subscription,
)
from bot.storage import Store
from rules import Detection, Fact, Mention, Reason, Span

NOW = datetime(2026, 1, 15, 8, 30, 0, 123456, tzinfo=UTC)
CHAT = Channel(platform="telegram", address="-1001234")
TOPIC = Channel(platform="telegram", address="-1001234", thread="7")
SLACK = Channel(platform="slack", address="C012AB3CD")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def feed(name: str = "tass", *, title: str = "TASS", interval_s: int = 300) -> Feed:
    return Feed(id=name, url=f"https://{name}.example/rss", title=title, lang="ru", tier=2, interval_s=interval_s)


def polled(name: str, due_at: datetime, *, failures: int = 0, error: str | None = None) -> FeedState:
    return FeedState(
        feed_id=name,
        due_at=due_at,
        etag='W/"v1"',
        last_modified="Thu, 15 Jan 2026 08:00:00 GMT",
        body_sha256="ab" * 32,
        failures=failures,
        last_error=error,
        polled_at=NOW,
        succeeded_at=None if failures else NOW,
    )


def entry(title: str = "India and Russia sign S-400 contract", *, fingerprint: str = "f1") -> Entry:
    return Entry(
        guid="guid-1",
        url="https://tass.example/1",
        title=title,
        text="Two squadrons remain.",
        published_at=NOW,
        fingerprint=fingerprint,
    )


def detection(item_id: str = "item-1") -> Detection:
    span = Span(field="title", start=22, end=27, quote="S-400")
    return Detection(
        item_id=item_id,
        lang="hi",
        relevant=True,
        score=0.875,
        programmes=("s-400", "su-30mki"),
        stage="contract",
        certainty="official",
        speaker="rajnath-singh",
        facts=(
            _fact("money", Decimal("60000.10"), currency="INR", quote="₹60,000.10"),
            _fact("date", "2026/2027", quote="by 2026-27"),
            _fact("quantity", Decimal(5), unit="squadron", quote="पाँच स्क्वाड्रन"),  # five squadrons
        ),
        reasons=(
            Reason(rule="names-programme", weight=0.5, sentence={"en": "Names it", "ru": "Назван"}, spans=(span,)),
            Reason(rule="no-party", weight=-0.25, sentence={"en": "No party"}),
        ),
        mentions=(Mention(concept="s-400", kind="programme", span=span),),
        terms=("contract", "c:s-400", "с400"),
    )


def _fact(kind: str, value: Decimal | str, *, quote: str, unit: str | None = None, currency: str | None = None) -> Fact:
    return Fact(
        kind=kind,  # type: ignore[arg-type]
        role=None,
        programme="s-400",
        speaker=None,
        certainty="claimed",
        value=value,
        unit=unit,
        currency=currency,
        quote=quote,
        field="text",
        start=3,
        end=3 + len(quote),
    )


def item(name: str = "item-1", *, story_id: str | None = "story-1", of: Entry | None = None) -> StoredItem:
    return StoredItem(
        id=name,
        feed_id="tass",
        outlet="TASS",
        entry=of or entry(),
        seen_at=NOW,
        detection=detection(name),
        story_id=story_id,
    )


def story(name: str = "story-1", *, updated_at: datetime = NOW, title: str = "S-400 contract") -> Story:
    return Story(
        id=name,
        title=title,
        lang="en",
        programmes=("s-400",),
        titles=(title, "Контракт по С-400"),  # the contract on S-400
        sources=(
            Source(outlet="TASS", url=None, seen_at=NOW),
            Source(outlet="ANI", url="https://ani.example/1", seen_at=updated_at),
        ),
        opened_at=NOW,
        updated_at=updated_at,
        alert_id="a1",
        told=False,
    )


def card(headline: str = "India signs for S-400") -> Card:
    return Card(
        label="NEW · REPORTED · ANI",
        headline=headline,
        url="https://ani.example/1",
        summary="Two of five squadrons remain.",
        rows=(FactRow(programme="S-400 Triumf", facts=("contract", "due 2026"), quotes=("signed", "by 2026")),),
        sources=(Source(outlet="ANI", url=None, seen_at=NOW),),
        at=NOW,
        version=2,
    )


def alert(name: str = "alert-1", *, terms: tuple[str, ...] = ("c:s-400",)) -> Alert:
    return Alert(
        id=name,
        story_id="story-1",
        item_id="item-1",
        kind="new",
        importance="high",
        card=card(),
        terms=terms,
        created_at=NOW,
    )


def delivery(name: str, channel: Channel = CHAT, *, of: str = "alert-1", due_at: datetime = NOW) -> Delivery:
    return Delivery(id=name, alert_id=of, channel=channel, due_at=due_at)


def subscription(name: str, channel: Channel = CHAT, *, words: str = "s-400", by: str = "config") -> Subscription:
    return Subscription(id=name, channel=channel, filter=words, created_at=NOW, created_by=by)


async def add_feeds(store: Store, *names: str) -> None:
    await store.sync_feeds([feed(name) for name in names], lambda _: NOW, NOW)


async def add_alerts(store: Store, *alerts: Alert) -> None:
    """Adds alerts with the feed, item and story that they refer to, unless those are there."""
    await add_feeds(store, "tass")
    async with store.write() as tx:
        if not await tx.known_keys(["key-1"]):
            await tx.add_items([item()], {"item-1": ["key-1"]})
        await tx.save_stories([story()])
        await tx.add_alerts(alerts)


async def queue(store: Store, *deliveries: Delivery) -> None:
    """Adds deliveries with the alerts that they tell."""
    await add_alerts(store, *(alert(name) for name in dict.fromkeys(each.alert_id for each in deliveries)))
    async with store.write() as tx:
        await tx.add_deliveries(deliveries)
