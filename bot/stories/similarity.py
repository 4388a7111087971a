"""When two headlines tell one thing: a rare-token index finds candidates, rapidfuzz judges them.

In: headlines as they came. Out: likeness as a yes or no. Across languages headlines share no words; that
join goes by concepts and belongs to cluster.py.
"""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz import fuzz

# Measured on edited headlines (docs/decisions.md, "Near-duplicates"): a token set alone scores 100 for any
# subset, so that a floor of shared tokens and equal numbers is asked for beside it.
LIKENESS = 88.0  # token_set_ratio, 0..100; by judgement between 80 (joins look-alikes) and 95 (misses edits)
SHARED_TOKENS = 4

# Letters, digits and, inside a word, the marks of Devanagari, which `\w` leaves out.
_TOKEN = re.compile(r"(?:[^\W_]|[\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963])+")
# " - Times of India", " | Reuters", " — РБК": aggregators put the outlet behind the headline.
_OUTLET = re.compile(r"\s+[-–—|]\s+[^-–—|]{2,40}$")


def headline_tokens(title: str) -> tuple[str, ...]:
    """The distinct words of a headline, folded, without the outlet's name behind it; in order of the text."""
    cut = _OUTLET.sub("", title)
    tokens = _tokens(cut)
    if len(tokens) < SHARED_TOKENS:  # "Breaking - S-400 deal signed": what was cut was the headline itself
        tokens = _tokens(title)
    return tuple(dict.fromkeys(tokens))


def alike(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether two headlines (as their tokens) report one thing in much the same words."""
    if first == second:
        return bool(first)
    if _numbers(first) != _numbers(second):
        return False
    if len(set(first) & set(second)) < SHARED_TOKENS:
        return False
    return fuzz.token_set_ratio(" ".join(first), " ".join(second)) >= LIKENESS and _close_in_length(first, second)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold().replace("ё", "е"))


def _numbers(tokens: tuple[str, ...]) -> frozenset[str]:
    return frozenset(token for token in tokens if any(letter.isdigit() for letter in token))


def _close_in_length(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    # A five-word headline inside a fifteen-word one is often another angle, not a copy.
    short, long = sorted((len(first), len(second)))
    return short * 2 >= long
