"""Which programme somebody means by what they typed, in any spelling of the pack."""

from __future__ import annotations

from difflib import get_close_matches

from bot.i18n import Words
from rules import Pack, query_terms


def programme_named(typed: str, pack: Pack) -> tuple[str | None, str | None]:
    """The id of the programme called so; else None, and the name that is nearest, if one is near."""
    wanted = typed.strip().casefold()
    programmes = pack.programmes
    names = {id_: id_ for id_ in programmes} | {each.name.casefold(): id_ for id_, each in programmes.items()}
    if wanted in names:
        return names[wanted], None
    for terms in query_terms(typed, pack):
        for term in terms:
            if term.startswith("c:") and term[2:] in programmes:
                return term[2:], None
    near = get_close_matches(wanted, names, n=1)
    return None, programmes[names[near[0]]].name if near else None


def unknown_programme(typed: str, near: str | None, words: Words) -> str:
    """What is answered where none is called so."""
    if near:
        return words.say("No programme is called {typed}. Did you mean {nearest}?", typed=typed[:50], nearest=near)
    return words.say("No programme is called {typed}.", typed=typed[:50])
