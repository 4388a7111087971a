"""A bounded memory of what a pure function answered, for words and pieces of text, which repeat.

`map(memory.__getitem__, pieces)` answers known pieces without running any Python: a third of the time of
`functools.lru_cache`, which also puts each answer in front of all others. Here no order is kept: what is full is
emptied and fills again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

_LONGEST = 64  # code points of a key: hostile text fills no memory


class Remembered(dict[str, Answer]):
    """Answers by what was asked; asked for another, it calls `answer` and keeps what that says."""

    def __init__(self, answer: Callable[[str], Answer], most: int) -> None:
        super().__init__()
        self._answer = answer
        self._most = most

    def __missing__(self, key: str) -> Answer:
        found = self._answer(key)
        if len(key) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[key] = found
        return found
