"""The filter language: one for subscriptions, search, backtests and the command line.

    wanted = parse_filter('stage>=contract value>=$1bn -brahmos', pack)
    wanted.matches(subject)

docs/filters.md tells users what can be typed.
"""

from rules.filters.fields import FIELDS
from rules.filters.mistakes import FilterError
from rules.filters.nodes import (
    Expression,
    Filter,
    Not,
    Number,
    OneOf,
    Published,
    Sum,
    anchors,
    conjuncts,
    terms_needed,
)
from rules.filters.parse import MAX_DEPTH, MAX_LENGTH, parse_filter
from rules.filters.running import running_words
from rules.filters.subject import Subject, field_terms, subject_of

__all__ = [
    "FIELDS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "Expression",
    "Filter",
    "FilterError",
    "Not",
    "Number",
    "OneOf",
    "Published",
    "Subject",
    "Sum",
    "anchors",
    "conjuncts",
    "field_terms",
    "parse_filter",
    "running_words",
    "subject_of",
    "terms_needed",
]
