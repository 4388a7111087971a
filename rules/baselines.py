"""What others do, to measure against: a keyword filter as feed readers' users write it, and a bag of words.

Neither is used by the detector.
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.labelled import Labelled
from rules.languages import stems
from rules.logistic import fit_sparse, score_sparse
from rules.model import Item

# India AND Russia AND arms, in three languages; parts of words, as such filters take them.
_INDIA = ("india", "delhi", "भारत", "इंडिया", "инди", "нью-дели")
_RUSSIA = ("russia", "moscow", "putin", "रूस", "पुतिन", "росси", "москв", "рф")
_ARMS = (
    "defence", "defense", "missile", "weapon", "arms", "fighter", "tank", "submarine", "frigate", "helicopter",
    "rifle", "s-400", "s400", "sukhoi", "su-30", "su-57", "brahmos", "रक्षा", "मिसाइल", "हथियार", "सुखोई", "एस-400",
    "ब्रह्मोस", "पनडुब्बी", "टैंक", "оруж", "ракет", "истребител", "танк", "подлодк", "фрегат", "вертолет", "с-400",
    "су-30", "су-57",
)  # fmt: skip


def keyword_filter(item: Item) -> bool:
    """Whether title and text hold a word of each list."""
    text = f"{item.title} {item.text}".casefold()
    return all(any(word in text for word in words) for words in (_INDIA, _RUSSIA, _ARMS))


class BagOfWords:
    """A classifier of the stems of title and text, fitted on rows."""

    def __init__(self, rows: Sequence[Labelled]) -> None:
        self._weights = fit_sparse([_words(row.item) for row in rows], [row.relevant for row in rows])

    def relevant(self, item: Item) -> bool:
        """Its verdict."""
        return score_sparse(_words(item), self._weights) >= 0


def _words(item: Item) -> tuple[str, ...]:
    """Distinct stems, those of the title also as such."""
    title = stems(item.title)
    return tuple(dict.fromkeys((*(f"t:{word}" for word in title), *title, *stems(item.text))))
