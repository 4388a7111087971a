"""Loads packs: one by name or folder, or several as one, with the operator's own entries.

Every mistake is a PackError with file, line and the nearest valid spelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rules.pack import Pack
from rules.pack_build import build
from rules.pack_files import concept_ids, read_files
from rules.pack_keys import refuse
from rules.pack_own import Address, Own, check_addresses
from rules.pack_several import together


def load_pack(name_or_path: str | Path = "india_russia") -> Pack:
    """The pack of that built-in name, or in that folder; raises PackError."""
    return build(read_files(name_or_path), refuse).pack


def load_packs(names_or_paths: Sequence[str | Path], own: Own | None = None) -> Pack:
    """One pack of all those, with the operator's own entries in them; raises PackError.

    An item is relevant when it is to any of them, by the same score as with that pack alone.
    """
    found = [read_files(name) for name in names_or_paths]
    if own is None:
        return together([build(files, refuse).pack for files in found])
    ids = [str(files.pack.data.get("id")) for files in found]
    check_addresses(own, ids)
    concepts = [concept_ids(files) for files in found]
    packs = []
    for number, files in enumerate(found):
        others = frozenset().union(*(names for at, names in enumerate(concepts) if at != number))
        to = Address(pack=ids[number], first=number == 0, here=concepts[number], elsewhere=others)
        packs.append(build(files, refuse, own, to).pack)
    return together(packs)
