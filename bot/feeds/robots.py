"""robots.txt as RFC 9309 has it: which paths of a site a program of our name may read.

In: the file's bytes and our name. Out: `RobotsRules`, asked by URL. Pure; fetching and remembering is
`RobotsFiles`. Python's own `urllib.robotparser` takes the first rule that fits and knows no `*` within a path; the
RFC (2.2.2) and today's sites mean the longest.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote, unquote_to_bytes, urlsplit

from bot.model import Failed, Fetched
from bot.ports import Clock

MAX_BYTES = 512_000  # RFC 9309 2.5 asks for 500 KiB at least
KEPT_FOR = timedelta(days=1)  # RFC 9309 2.4: not longer
KEPT_AFTER_FAILURE = timedelta(hours=1)  # judgement: a site that is down for a minute is not lost for a day
MAX_SITES = 1_000  # remembered; some 2 kB each
MAX_RULES = 5_000
MAX_PATTERN = 1_000  # characters; a longer rule is passed over


@dataclass(frozen=True, slots=True)
class _Rule:
    pieces: tuple[str, ...]  # the pattern between its stars
    whole: bool  # it ended in $: nothing may follow
    length: int  # of the pattern as written: the longest wins
    allows: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRules:
    """What one site asks of programs of our name."""

    rules: tuple[_Rule, ...]  # none: everything may be read

    def allows(self, url: str) -> bool:
        """Whether `url`, of this site, may be read. Linear in rules and address."""
        parts = urlsplit(url)
        target = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        fitting = [rule for rule in self.rules if _fits(rule, target)]
        return max(fitting, key=lambda rule: (rule.length, rule.allows)).allows if fitting else True


EVERYTHING = RobotsRules(rules=())
NOTHING = RobotsRules(rules=(_Rule(pieces=("/",), whole=False, length=1, allows=False),))


def parse_robots(body: bytes, name: str) -> RobotsRules:
    """The rules for the program `name` (its product token, e.g. "Dealwire"): those of its own groups, all of them
    together, else those for "*". Damaged lines are passed over."""
    ours: list[_Rule] = []
    anybody: list[_Rule] = []
    named = False
    group: list[list[_Rule]] = []  # the lists that the rules of this group go to
    in_head = False  # the last line named a program
    for line in body[:MAX_BYTES].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if not colon:
            continue
        if key == "user-agent":
            if not in_head:
                group = []
            in_head = True
            if value == "*":
                group.append(anybody)
            elif value.split("/")[0].strip().lower() == name.lower():
                named = True
                group.append(ours)
        elif key in ("allow", "disallow"):
            in_head = False
            rule = _rule(value, allows=key == "allow")
            for rules in group:
                if rule is not None and len(rules) < MAX_RULES:
                    rules.append(rule)
    return RobotsRules(rules=tuple(ours if named else anybody))


class RobotsFiles:
    """The robots.txt of the sites that were asked for, each fetched once a day."""

    def __init__(self, get: Callable[[str], Awaitable[Fetched | Failed]], *, name: str, clock: Clock) -> None:
        """`get` fetches an address with the fetcher's safety rules; `name` is our product token."""
        self._get = get
        self._name = name
        self._clock = clock
        self._known: OrderedDict[str, tuple[datetime, RobotsRules]] = OrderedDict()  # site -> until, rules
        self._gates: dict[str, _Gate] = {}  # of the sites that are asked for just now

    async def allows(self, url: str) -> bool:
        """Whether `url` may be read by us; False also while the site's robots.txt cannot be had (RFC 9309
        2.3.1.4)."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        async with self._turn(site):  # several who ask at the same time make one request
            until, rules = self._known.get(site, (None, EVERYTHING))
            if until is None or until <= self._clock():
                rules = await self._ask(site)
        return rules.allows(url)

    @asynccontextmanager
    async def _turn(self, site: str) -> AsyncIterator[None]:
        gate = self._gates.setdefault(site, _Gate())
        gate.users += 1
        try:
            async with gate.lock:
                yield
        finally:
            gate.users -= 1
            if not gate.users:
                del self._gates[site]

    async def _ask(self, site: str) -> RobotsRules:
        rules, kept_for = _meaning(await self._get(f"{site}/robots.txt"), self._name)
        self._known[site] = (self._clock() + kept_for, rules)
        self._known.move_to_end(site)
        while len(self._known) > MAX_SITES:
            self._known.popitem(last=False)
        return rules


@dataclass(slots=True)
class _Gate:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


def _meaning(answer: Fetched | Failed, name: str) -> tuple[RobotsRules, timedelta]:
    match answer:
        case Fetched(body=body):
            return parse_robots(body, name), KEPT_FOR
        case Failed(status=int() as status) if 400 <= status < 500 and status != 429:
            return EVERYTHING, KEPT_FOR  # RFC 9309 2.3.1.3: there is none
        case _:
            return NOTHING, KEPT_AFTER_FAILURE


def _rule(pattern: str, *, allows: bool) -> _Rule | None:
    """None for an empty rule ("Disallow:" allows all) and for one that can match nothing."""
    if not pattern or len(pattern) > MAX_PATTERN or pattern[0] not in "/*":
        return None
    whole = pattern.endswith("$")
    pieces = tuple(_normal(piece) for piece in pattern.removesuffix("$").split("*"))
    return _Rule(pieces=pieces, whole=whole, length=len(pattern), allows=allows)


def _fits(rule: _Rule, target: str) -> bool:
    """The pieces in their order, the first at the start; each as early as can be, so that no pattern is slow."""
    first, *rest = rule.pieces
    if not target.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not rule.whole or at == len(target)
    last = rest.pop() if rule.whole else None
    for piece in rest:
        found = target.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return last is None or (len(target) - len(last) >= at and target.endswith(last))


def _normal(path: str) -> str:
    """`path` with one spelling for each character (RFC 9309 2.2.2)."""
    return quote(unquote_to_bytes(path.encode("utf-8", "replace")), safe="/:@!$&'()*+,;=~-._?%")
