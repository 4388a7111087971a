"""The detector: reads one news item by the rules of a topic pack. No network, no clock, no database.

pack = load_pack("india_russia")
detection = detect(Item(id="1", title="India signs contract for five more S-400"), pack)
"""

from __future__ import annotations

from rules.classify import ItemError, classify_lines, fact_from_json, fact_to_json, item_from_json, to_json
from rules.detection import detect
from rules.expression import Filter, FilterError, parse_filter
from rules.model import Certainty, Detection, Fact, Field, Item, Lang, Mention, Reason, Span
from rules.pack import Pack, PackFeed, Programme, Stage, built_in_packs, load_pack
from rules.search import query_terms, search_terms
from rules.text import sentences
from rules.toml import PackError

__all__ = [
    "Certainty",
    "Detection",
    "Fact",
    "Field",
    "Filter",
    "FilterError",
    "Item",
    "ItemError",
    "Lang",
    "Mention",
    "Pack",
    "PackError",
    "PackFeed",
    "Programme",
    "Reason",
    "Span",
    "Stage",
    "built_in_packs",
    "classify_lines",
    "detect",
    "fact_from_json",
    "fact_to_json",
    "item_from_json",
    "load_pack",
    "parse_filter",
    "query_terms",
    "search_terms",
    "sentences",
    "to_json",
]
