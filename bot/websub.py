"""WebSub (W3C, 2018): a hub tells us that a feed has news, so that the next poll need not wait.

In: feeds that were read with the hub they offer, a hub's requests. Out: subscriptions at hubs, and feeds whose
poll is due now. A push is only a hint: what it brings is read by an ordinary poll, and polling goes on whatever a
hub does. Nothing is stored: tokens and secrets live as long as the process, which subscribes again after a restart
and answers the hub's requests for the old ones with 410, so that it forgets them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bot.log import event
from bot.model import Failed, Feed, HubSubscription, ParsedFeed
from bot.ports import Clock

log = logging.getLogger(__name__)

PATH = "/websub/"  # followed by the token of one subscription
LEASE_S = 864_000  # ten days, what hubs usually give
LONGEST_LEASE = timedelta(days=30)
ANSWER_WITHIN = timedelta(hours=1)  # a hub that has not verified by then is asked again
RETRY = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))  # after the first, second, later refusals
SHORTEST_GAP = timedelta(seconds=60)  # between two polls that pushes cause for one feed
ASKED_AT_ONCE = 5  # requests to hubs in one tick
_DIGESTS = ("sha1", "sha256", "sha384", "sha512")  # section 7.1 of the specification


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subscription:
    stored: HubSubscription
    token: str = field(repr=False)  # the path that only the hub knows
    secret: str = field(repr=False)  # signs the hub's pushes

    @property
    def feed_id(self) -> str:
        return self.stored.feed_id

    @property
    def topic(self) -> str:
        return self.stored.topic


class WebSub:
    """Keeps the subscriptions. `saw` and `push` only note; `tick` does the work."""

    def __init__(
        self,
        *,
        public_url: str,
        post: Callable[[str, Mapping[str, str]], Awaitable[Failed | None]],
        wake: Callable[[Sequence[str], datetime], Awaitable[int]],
        polled: Callable[[], Awaitable[Collection[str]]],
        keep: Callable[[Sequence[HubSubscription], Collection[str]], Awaitable[None]],
        clock: Clock,
        key: bytes,
        stored: Sequence[HubSubscription] = (),
        trusted: Collection[str] = (),
    ) -> None:
        """`public_url` leads to our page from outside. `post` sends a form with the fetcher's safety; `wake` makes
        feeds (ids) due; `polled` are the ids still polled. `stored` is what `keep` stored before a restart (it gets
        what changed, and the ids of feeds whose subscription ended); `key`, 32 secret bytes, should be the same as
        then. Hubs are asked by https only, so that nobody reads the secret, except those `trusted` by the operator
        ("host:port")."""
        self._public_url = public_url.rstrip("/")
        self._post = post
        self._wake = wake
        self._polled = polled
        self._keep = keep
        self._clock = clock
        self._key = key
        self._trusted = frozenset(trusted)
        self._by_token: dict[str, _Subscription] = {}
        self._tokens: dict[str, str] = {}  # feed id -> token
        self._pushed: dict[str, datetime] = {}  # feed id -> when its poll may be made due
        self._woken: dict[str, datetime] = {}
        self._unkept: set[str] = set()  # feed ids whose subscription changed or ended since it was stored
        for one in stored:
            made = self._made(one)
            if _hash(made.token) == one.address_hash:
                self._by_token[made.token] = made
                self._tokens[one.feed_id] = made.token

    def saw(self, feed: Feed, parsed: ParsedFeed) -> None:
        """`feed` was read: a hub that it offers is subscribed to with the next tick."""
        topic = parsed.topic or feed.url
        if parsed.hub is None or not self._may_ask(parsed.hub):
            return
        known = self._by_token.get(self._tokens.get(feed.id, ""))
        if known is not None and (known.stored.hub, known.topic) == (parsed.hub, topic):
            return
        if known is not None:
            del self._by_token[known.token]
        made = self._made(
            HubSubscription(
                feed_id=feed.id,
                hub=parsed.hub,
                topic=topic,
                nonce=secrets.token_urlsafe(18),
                address_hash="",
                state="new",
                next_at=self._clock(),
                refusals=0,
            )
        )
        self._put(made, address_hash=_hash(made.token))
        self._tokens[feed.id] = made.token

    async def tick(self) -> None:
        """Wake the feeds that were pushed, then ask hubs: for new subscriptions, and for more time."""
        now = self._clock()
        ready = [feed_id for feed_id, at in self._pushed.items() if at <= now]
        for feed_id in ready:
            del self._pushed[feed_id]
            self._woken[feed_id] = now
        if ready:
            await self._wake(ready, now)
        due = [one for one in self._by_token.values() if one.stored.next_at <= now][:ASKED_AT_ONCE]
        if due:
            polled = await self._polled()
            for one in due:
                if one.feed_id in polled:
                    await self._ask(one, now)
                else:
                    del self._by_token[one.token], self._tokens[one.feed_id]
                    self._unkept.add(one.feed_id)
        await self._store()

    def verify(self, token: str, query: Mapping[str, str]) -> str | None:
        """The challenge to echo when the hub asks whether we want this; None: we do not, or know nothing of it."""
        one = self._by_token.get(token)
        if one is None or query.get("hub.topic") != one.topic:
            return None
        now = self._clock()
        match query.get("hub.mode"):
            case "subscribe" if one.stored.state in ("asked", "verified") and query.get("hub.challenge"):
                seconds = query.get("hub.lease_seconds", "")
                lease_s = int(seconds) if seconds.isdecimal() and len(seconds) < 12 else LEASE_S
                lease = min(timedelta(seconds=max(lease_s, 300)), LONGEST_LEASE)
                early = max(lease / 10, timedelta(minutes=1))
                self._put(one, state="verified", refusals=0, next_at=now + lease - early)
                event(log, logging.INFO, "hub subscribed", topic=one.topic, days=round(lease / timedelta(days=1), 1))
                return query["hub.challenge"]
            case "denied":
                self._refused(one, query.get("hub.reason", "denied")[:200], now)
        return None

    def push(self, token: str, body: bytes, signature: str) -> bool:
        """Whether we know the subscription. A good signature makes the feed's poll due; a bad one nothing, and the
        hub is not told which it was (section 8 of the specification)."""
        one = self._by_token.get(token)
        if one is None:
            return False
        if not _signed(body, signature, one.secret):
            event(log, logging.WARNING, "push with a wrong signature dropped", topic=one.topic)
            return True
        now = self._clock()
        last = self._woken.get(one.feed_id)
        self._pushed.setdefault(one.feed_id, max(now, last + SHORTEST_GAP) if last else now)
        return True

    @property
    def verified(self) -> int:
        """How many feeds a hub tells us about."""
        return sum(one.stored.state == "verified" for one in self._by_token.values())

    def _may_ask(self, hub: str) -> bool:
        parts = urlsplit(hub)
        return parts.scheme == "https" or (parts.scheme == "http" and parts.netloc.lower() in self._trusted)

    def _made(self, stored: HubSubscription) -> _Subscription:
        """The subscription with its address and its secret."""
        return _Subscription(
            stored=stored, token=self._derived("address", stored.nonce), secret=self._derived("secret", stored.nonce)
        )

    def _derived(self, use: str, nonce: str) -> str:
        digest = hmac.new(self._key, f"{use} {nonce}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")

    async def _ask(self, one: _Subscription, now: datetime) -> None:
        # Noted before: a hub may verify while it is being asked.
        state = "verified" if one.stored.state == "verified" else "asked"
        self._put(one, state=state, next_at=now + ANSWER_WITHIN)
        refusal = await self._post(
            one.stored.hub,
            {
                "hub.mode": "subscribe",
                "hub.topic": one.topic,
                "hub.callback": f"{self._public_url}{PATH}{one.token}",
                "hub.secret": one.secret,
                "hub.lease_seconds": str(LEASE_S),
            },
        )
        if refusal is not None:
            self._refused(self._by_token.get(one.token, one), refusal.reason, now)

    def _refused(self, one: _Subscription, reason: str, now: datetime) -> None:
        refusals = one.stored.refusals
        self._put(one, state="refused", refusals=refusals + 1, next_at=now + RETRY[min(refusals, len(RETRY) - 1)])
        event(log, logging.INFO, "hub refused", topic=one.topic, reason=reason, refusals=refusals + 1)

    def _put(self, one: _Subscription, **changed: Any) -> None:
        self._by_token[one.token] = replace(one, stored=replace(one.stored, **changed))
        self._unkept.add(one.feed_id)

    async def _store(self) -> None:
        if not self._unkept:
            return
        ids, self._unkept = self._unkept, set()
        known = {feed_id: self._by_token.get(self._tokens.get(feed_id, "")) for feed_id in ids}
        try:
            await self._keep(
                [one.stored for one in known.values() if one], [feed_id for feed_id, one in known.items() if not one]
            )
        except BaseException:
            self._unkept |= ids
            raise


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether `signature`, "method=hexadecimal digits", is that of `body`; compared in constant time."""
    method, _, digits = signature.strip().partition("=")
    if method.lower() not in _DIGESTS:
        return False
    wanted = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(wanted.encode(), digits.strip().lower().encode("utf-8", "replace"))
