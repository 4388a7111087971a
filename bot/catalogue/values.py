"""Feeds as an operator sees them, as values: named, listed, tested, wished for, imported."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.feeds import Outline
from bot.model import Entry, Feed, Said, Via
from bot.storage import FeedHealth

Origin = Literal["pack", "config", "added"]
KINDS = ("official", "wire", "press", "aggregator", "blog", "think tank")


class CatalogueError(Exception):
    """What was asked for cannot be done; `said` tells why and what to do, the message the same in English."""

    def __init__(self, said: Said) -> None:
        super().__init__(str(said))
        self.said = said


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A feed that a pack or the configuration names."""

    feed: Feed
    origin: Origin
    on: bool  # False: a pack knows it, and it is polled only when somebody adds it


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A feed with what became of it."""

    feed: Feed
    origin: Origin
    on: bool
    health: FeedHealth | None = None  # None: not polled


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One fetch and one parse, stored nowhere."""

    feed: Feed
    words: Said  # what came, or why nothing did, in one sentence
    ok: bool
    took_s: float
    title: str = ""  # the feed's own
    entries: tuple[Entry, ...] = ()
    relevant: int = 0  # of the entries about the topic
    hub: str | None = None  # it offers pushes, see `bot.websub`


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants of a feed to be added; None and "": told by the feed, the pack or the defaults."""

    title: str = ""
    lang: str | None = None
    kind: str | None = None
    tier: int | None = None
    interval_s: int | None = None
    via: Via | None = None
    link_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a list of feeds."""

    added: tuple[Feed, ...]
    known: tuple[Outline, ...]  # polled already
    refused: tuple[tuple[Outline, Said], ...] = field(default=())  # with the reason
