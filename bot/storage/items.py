"""Items, once each: what was seen is known by its keys, whatever the feed calls it next time."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Column, Row, bindparam, select, text, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Entry, Known, StoredItem
from bot.storage.codec import clean, decode_detection, encode_detection
from bot.storage.database import Database, Unit, batches
from bot.storage.prepared import Prepared
from bot.storage.schema import Moment, Words, from_micros, item_keys, items, to_micros

_PLACES = 20  # keys are looked up by statements for 20, 40 … of them, so that few need be compiled


class ItemStore(Database):
    async def known_keys(self, keys: Collection[str]) -> Mapping[str, Known]:
        """Those of `keys` that were seen before, with their items. To decide on writing, ask the transaction."""
        async with self.read() as connection:
            return await _known_keys(connection, keys)

    async def item(self, item_id: str) -> StoredItem | None:
        async with self.read() as connection:
            row = (await connection.execute(select(items).where(items.c.id == item_id))).one_or_none()
        return None if row is None else _item(row)

    async def item_by_url(self, key: str) -> StoredItem | None:
        """The item that has this key, as `known_keys` takes it (of a canonical URL); None: never seen."""
        found = (await self.known_keys([key])).get(key)
        return None if found is None else await self.item(found.item_id)

    async def newest_of_feed(self, feed_id: str, limit: int) -> list[Known]:
        """The items that the feed brought last, newest first."""
        raw = (type_coerce(each, BigInteger) if isinstance(each.type, Moment) else each for each in _KNOWN)
        query = select(*raw).where(items.c.feed_id == feed_id).order_by(items.c.seen_at.desc(), items.c.id.desc())
        async with self.read() as connection:
            return [_known(row) for row in await connection.execute(query.limit(limit))]

    async def items_of_story(self, story_id: str) -> list[StoredItem]:
        """The items that tell the story, in order of sight."""
        query = select(items).where(items.c.story_id == story_id).order_by(items.c.seen_at, items.c.id)
        async with self.read() as connection:
            return [_item(row) for row in await connection.execute(query)]


class ItemWrites(Unit):
    async def known_keys(self, keys: Collection[str]) -> Mapping[str, Known]:
        """As `Store.known_keys`, with what this transaction added; nobody else can add any until it ends."""
        return await _known_keys(self.connection, keys)

    async def add_items(self, added: Sequence[StoredItem], keys: Mapping[str, Sequence[str]]) -> None:
        """Adds items with the keys (item id -> keys) they will be known by. A key that is another item's stays
        so. StoreError for an id that exists."""
        await _ADD.run_all(self.connection, map(_added, added))
        await self._add_keys((key, item.id) for item in added for key in keys.get(item.id, ()))

    async def update_item(self, item: StoredItem, keys: Sequence[str] = ()) -> None:
        """Replaces an item whose content changed; `keys` are added to those it has. Unknown: nothing happens."""
        row = _row(item)
        row["item"] = row.pop("id")
        values: dict[str, Any] = {name: bindparam(name) for name in row if name != "item"}
        done = await self.connection.execute(update(items).where(items.c.id == bindparam("item")).values(values), row)
        if done.rowcount:
            await self._add_keys((key, item.id) for key in keys)

    async def add_item_keys(self, keys: Mapping[str, Sequence[str]]) -> None:
        """Adds keys to items that exist (item id -> keys). A key that is another item's stays so."""
        await self._add_keys((key, item_id) for item_id, those in keys.items() for key in those)

    async def _add_keys(self, keys: Iterable[tuple[str, str]]) -> None:
        await _ADD_KEY.run_all(self.connection, ((_hash(key), item_id) for key, item_id in keys))


async def _known_keys(connection: AsyncConnection, keys: Collection[str]) -> dict[str, Known]:
    known: dict[str, Known] = {}
    for batch in batches(keys):
        by_hash = {_hash(key): key for key in batch}
        hashes = list(by_hash)
        places = -len(hashes) // _PLACES * -_PLACES
        wanted = hashes + hashes[-1:] * (places - len(hashes))
        for row in await _known_by_hash(places).run(connection, wanted):
            known[by_hash[bytes(row[0])]] = _known(row[1:])
    return known


_KNOWN: tuple[Column[Any], ...] = (
    items.c.id,
    items.c.fingerprint,
    items.c.feed_id,
    items.c.guid,
    items.c.url,
    items.c.title,
    items.c.published_at,
    items.c.seen_at,
)


@lru_cache(maxsize=500 // _PLACES + 1)
def _known_by_hash(places: int) -> Prepared:
    """Looks up so many keys at once."""
    names = [f"hash{number}" for number in range(places)]
    hashes = [bindparam(name, type_=item_keys.c.hash.type) for name in names]
    query = select(item_keys.c.hash, *_KNOWN).join_from(item_keys, items, items.c.id == item_keys.c.item_id)
    return Prepared(query.where(item_keys.c.hash.in_(hashes)), names)


def _known(row: Sequence[Any]) -> Known:
    """A row of `_KNOWN`, as the driver gives it."""
    item_id, fingerprint, feed_id, guid, url, title, published_at, seen_at = row
    return Known(
        item_id=item_id,
        fingerprint=fingerprint,
        feed_id=feed_id,
        guid=guid,
        url=url,
        title=title,
        published_at=None if published_at is None else from_micros(published_at),
        seen_at=from_micros(seen_at),
    )


def _hash(key: str) -> bytes:
    """128 bits: among a billion keys the odds that two meet are 1 in 10**21."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _row(item: StoredItem) -> dict[str, Any]:
    entry, detection = item.entry, item.detection
    return {
        "id": item.id,
        "feed_id": item.feed_id,
        "outlet": item.outlet,
        "guid": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "text": entry.text,
        "article": item.article,
        "published_at": entry.published_at,
        "fingerprint": entry.fingerprint,
        "seen_at": item.seen_at,
        "relevant": detection is not None and detection.relevant,
        "detection": None if detection is None else encode_detection(detection),
        "story_id": item.story_id,
    }


def _item(row: Row[Any]) -> StoredItem:
    return StoredItem(
        id=row.id,
        feed_id=row.feed_id,
        outlet=row.outlet,
        entry=Entry(
            guid=row.guid,
            url=row.url,
            title=row.title,
            text=row.text,
            published_at=row.published_at,
            fingerprint=row.fingerprint,
        ),
        seen_at=row.seen_at,
        detection=None if row.detection is None else decode_detection(row.detection),
        story_id=row.story_id,
        article=row.article,
    )


def _added(item: StoredItem) -> tuple[Any, ...]:
    """`item` as `_ADD` takes it."""
    row = _row(item)
    for name in _MOMENTS:
        if (moment := row[name]) is not None:
            row[name] = to_micros(moment)
    for name in _WORDS:
        if (words := row[name]) is not None:
            row[name] = clean(words)
    return tuple(row.values())


_COLUMNS = tuple(each.name for each in items.c)  # in the order of `_row`
_MOMENTS = tuple(each.name for each in items.c if isinstance(each.type, Moment))
_WORDS = tuple(each.name for each in items.c if isinstance(each.type, Words))
_ADD = Prepared(items.insert().values({name: bindparam(name) for name in _COLUMNS}), _COLUMNS)
_ADD_KEY = Prepared(
    text("INSERT INTO item_keys (hash, item_id) VALUES (:hash, :item_id) ON CONFLICT DO NOTHING"), ("hash", "item_id")
)
