"""The detector: reads one news item by the rules of a topic pack. No network, no clock, no database.

pack = load_pack("india_russia")
detection = detect(Item(id="1", title="India signs contract for five more S-400"), pack)
"""

from __future__ import annotations

from rules.classify import ItemError, classify_lines, fact_from_json, fact_to_json, item_from_json, to_json
from rules.detection import detect
from rules.filters import Filter, FilterError, Subject, field_terms, parse_filter, running_words, subject_of
from rules.lint import doubtful_entries
from rules.model import Certainty, Detection, Fact, Field, Item, Lang, Mention, Reason, Span
from rules.pack import Pack, PackFeed, Programme, Stage
from rules.pack_files import built_in_packs
from rules.pack_load import load_pack, load_packs
from rules.pack_own import Own
from rules.percolator import Percolator
from rules.rates import Rate, Rates, bundled_rates
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
    "Own",
    "Pack",
    "PackError",
    "PackFeed",
    "Percolator",
    "Programme",
    "Rate",
    "Rates",
    "Reason",
    "Span",
    "Stage",
    "Subject",
    "built_in_packs",
    "bundled_rates",
    "classify_lines",
    "detect",
    "doubtful_entries",
    "fact_from_json",
    "fact_to_json",
    "field_terms",
    "item_from_json",
    "load_pack",
    "load_packs",
    "parse_filter",
    "query_terms",
    "running_words",
    "search_terms",
    "sentences",
    "subject_of",
    "to_json",
]
