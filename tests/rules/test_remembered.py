"""The memory of pieces of text: right answers, asked for once, and never more than it may hold."""

from __future__ import annotations

import gc
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping

from rules import Item, Pack, detect, languages
from rules.facts import words
from rules.remembered import Remembered

_MOST = 1 << 15
_LONGEST = 64  # code points of what is remembered


def test_what_was_answered_is_not_asked_again() -> None:
    asked: list[str] = []

    def answer(text: str) -> str:
        asked.append(text)
        return text.upper()

    memory = Remembered(answer, most=10)
    assert list(map(memory.__getitem__, ["a", "b", "a"])) == ["A", "B", "A"]
    assert asked == ["a", "b"]


def test_it_holds_no_more_than_it_may() -> None:
    memory = Remembered(len, most=10)
    assert [memory[str(number)] for number in range(1_000)] == [len(str(number)) for number in range(1_000)]
    assert len(memory) <= 10


def test_long_pieces_are_answered_but_not_kept() -> None:
    memory = Remembered(len, most=10)
    assert memory["x" * 10_000] == 10_000
    assert not memory


def _memories() -> Iterator[Mapping[str, object]]:
    for room in (languages, words):
        yield from (value for value in vars(room).values() if isinstance(value, Remembered))


def test_no_text_makes_the_memories_of_detection_hold_more() -> None:
    fullest: Counter[int] = Counter()
    for begin in range(0, 2 * _MOST, 4_096):
        text = " ".join(f"w{number} (x{number}" for number in range(begin, begin + 2_048))
        languages.stems(text)
        words.words_of(text)
        for memory in _memories():
            fullest[id(memory)] = max(fullest[id(memory)], len(memory))
            assert all(len(piece) <= _LONGEST for piece in memory)
    assert len(fullest) == 4
    assert sum(most > _MOST / 2 for most in fullest.values()) >= 3
    assert max(fullest.values()) <= _MOST
    assert words._word.cache_info().currsize <= _MOST


def test_hostile_items_leave_nothing_behind(pack: Pack) -> None:
    def read(number: int) -> None:
        endless = (chr(ord("a") + number % 26) * 20_000, f"{number}." * 5_000, "(" * (5_000 + number) + "x")
        detect(Item(id="1", title="India signs S-400 contract with Russia", text=" ".join(endless)), pack)

    read(0)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(1, 40):  # two megabytes of text
            read(number)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 200_000
