"""What a pack knows of counts, spelt as the words of a text are: see `Counting` in rules.pack."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from rules.facts.folding import fold
from rules.pack import Counting


class Known(NamedTuple):
    """Tables of folded words."""

    models: Mapping[str, str]  # letters or name of a model -> its unit
    names: frozenset[str]
    numbered: frozenset[str]


@lru_cache(maxsize=64)  # of the packs in use, looked up for every text
def known(counting: Counting) -> Known:
    """The tables of a pack."""
    models = {fold(name): unit for unit, names in counting.models.items() for name in names}
    return Known(models, frozenset(map(fold, counting.names)), frozenset(map(fold, counting.numbered)))
