"""What is wrong with a filter, in the reader's language: a `FilterError` of rules and words in, one text out."""

from __future__ import annotations

from collections.abc import Mapping

from bot.i18n import Words, later
from rules import FilterError

# The codes of rules.filters.mistakes, with the same values; what is typed stays in the language of filters.
MISTAKES: Mapping[str, str] = {
    "unclosed-quote": later("this quote is not closed"),
    "unclosed-parenthesis": later("this '(' is not closed"),
    "unopened-parenthesis": later("this ')' has no '(' before it"),
    "too-deep": later("at most {most} parentheses may stand in each other"),
    "too-long": later("a filter has at most {most} characters"),
    "long-quote": later("a quote has at most {most} words"),
    "nothing": later("something to look for is missing here"),
    "nothing-before": later("AND needs something before it"),
    "nothing-after": later("AND needs something after it"),
    "nothing-negated": later("{sign} needs a word after it"),
    "near-range": later("NEAR reaches from 1 to {most} words"),
    "near-sides": later("{word} needs a word or a name on both sides"),
    "no-letters": later("'{typed}' has no letters or digits to look for"),
    "no-field": later("there is no field '{typed}'"),
    "no-value": later("'{field}' needs a value after it"),
    "no-order": later("'{field}' has no order: write {example}"),
    "stage-without-order": later("the stage '{stage}' has no place in their order: write {example}"),
    "not-known": later("'{field}' knows no '{typed}'"),
    "no-name": later("'{typed}' is no name: expected one to eight words"),
    "no-sum": later("'{typed}' is no sum of money: expected a sum such as {example}"),
    "no-currency": later("'{typed}' names no currency: expected a sum such as {example}"),
    "no-number": later("'{typed}' is no number"),
    "score-range": later("a score lies between 0 and 1, for example {example}"),
    "no-date": later("'{typed}' is no date: expected year-month-day, for example {example}"),
}


def refused(error: FilterError, words: Words) -> str:
    """ "This filter is not understood, at character 8: 'stage' knows no 'contrct'. Did you mean contract?" """
    told = words.say(MISTAKES[error.code], **error.values)
    refusal = words.say(
        "This filter is not understood, at character {place}: {mistake}.", place=error.position + 1, mistake=told
    )
    if error.near:
        return f"{refusal} {words.say('Did you mean {nearest}?', nearest=error.near)}"
    if error.known:
        return f"{refusal} {words.say('There are: {known}.', known=', '.join(error.known))}"
    return f"{refusal} {words.say('What works:')} {error.works}" if error.works else refusal
