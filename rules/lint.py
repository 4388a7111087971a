"""What is wrong or doubtful in a pack: `check_pack`, for `python -m rules check-pack`.

In: the name or folder of a pack. Out: findings with file, line and what to mend. Errors are what makes a pack
wrong or useless in a place; warnings are what its author should look at once and may have meant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rules import pack_keys
from rules.classify import ItemError, item_from_json
from rules.detection import detect
from rules.lint_names import ambiguous, doubtful_names
from rules.lint_rules import doubtful_rules
from rules.lint_values import Finding, error_at, warning_at
from rules.measure import Measured
from rules.pack import Pack
from rules.pack_build import Built, build
from rules.pack_files import Files, read_files
from rules.pack_own import Own
from rules.toml import PackError, nearest

_FEED_KINDS = ("official", "wire", "press", "aggregator", "blog", "think tank")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What check_pack says of a pack."""

    pack: str  # as it was named
    findings: tuple[Finding, ...]  # errors first, each kind by file and line
    programmes: int = 0
    aliases: int = 0
    rules: int = 0
    examples: Measured | None = None  # None: the pack has none, or could not be read

    @property
    def errors(self) -> int:
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        return len(self.findings) - self.errors


def check_pack(name_or_path: str | Path) -> Checked:
    """The findings on a pack; a pack that cannot be read is one error."""
    name = str(name_or_path)
    try:
        files = read_files(name_or_path)
    except PackError as error:
        return Checked(pack=name, findings=(error_at(error, "unreadable"),))
    found: list[Finding] = []
    built = build(files, lambda error: found.append(error_at(error, "invalid")))
    found += doubtful_names(built, files.lexicons)
    found += doubtful_rules(built, files.rules)
    found += _stage_labels(files, built.pack)
    found += _feeds(files)
    rows, labelled = _examples(files, built)
    found += rows
    found.sort(key=lambda finding: (finding.severity, finding.file, finding.line))
    return Checked(
        pack=name,
        findings=tuple(dict.fromkeys(found)),
        programmes=len(built.pack.programmes),
        aliases=_aliases(built),
        rules=len(built.pack.rules),
        examples=labelled,
    )


def doubtful_entries(own: Own) -> tuple[Finding, ...]:
    """Own names that count without context and are ordinary words or too short: warnings, since they do load."""
    source = own.source()
    found: list[Finding] = []
    for kind in ("programmes", "aliases"):
        for number, entry in enumerate(own.data.get(kind, ())):
            if entry.get("needs") or entry.get("unless"):
                continue
            place = ("own", kind, number, "aliases")
            for alias in entry.get("aliases", ()):
                found += ambiguous(alias, source, place, how="give the entry 'needs'")
    return tuple(replace(finding, severity="warning") for finding in found)


def checked_to_json(checked: Checked) -> dict[str, Any]:
    """The result as plain JSON values, in the form that `check-pack --json` promises."""
    told = checked.examples
    return {
        "pack": checked.pack,
        "errors": checked.errors,
        "warnings": checked.warnings,
        "programmes": checked.programmes,
        "aliases": checked.aliases,
        "rules": checked.rules,
        "examples": None if told is None else {"items": told.items, "precision": told.precision, "recall": told.recall},
        "findings": [asdict(finding) for finding in checked.findings],
    }


def _aliases(built: Built) -> int:
    tables: list[Any] = []
    for one in built.written.values():
        tables += [one.table, *one.table.get("unsure", ())]
    return sum(len(table.get(lang, ())) for table in tables for lang in pack_keys.LANGUAGES)


def _stage_labels(files: Files, pack: Pack) -> Iterator[Finding]:
    for stage_id in files.pack.data.get("stages", {}):
        stage = pack.stages.get(stage_id)
        missing = [lang for lang in pack.languages if stage is not None and lang not in stage.name]
        if missing:
            message = f"the stage '{stage_id}' has no label in {', '.join(missing)}"
            yield warning_at(files.pack, "label", message, "stages", stage_id)


def _feeds(files: Files) -> Iterator[Finding]:
    source = files.feeds
    tables = source.data.get("feed", ()) if source is not None else ()
    seen: dict[str, int] = {}
    for number, table in enumerate(tables if isinstance(tables, list) else ()):
        assert source is not None
        url = str(table.get("url", ""))
        if not url.startswith(("http://", "https://")):
            message = f"'{url}' is no address that begins with http:// or https://"
            yield error_at(source.error(message, "feed", number, "url"), "feed")
        if url in seen:
            message = f"the same address as in line {source.line('feed', seen[url], 'url')}"
            yield error_at(source.error(message, "feed", number, "url"), "feed")
        seen.setdefault(url, number)
        if table.get("kind") not in _FEED_KINDS:
            message = f"unusual kind '{table.get('kind')}'{nearest(str(table.get('kind')), _FEED_KINDS)}"
            yield warning_at(source, "feed", message, "feed", number, "kind")


def _examples(files: Files, built: Built) -> tuple[list[Finding], Measured | None]:
    """Examples whose verdict, programmes or stage are not as labelled; and how many are right."""
    if files.examples is None:
        missing = Finding("warning", "example", f"{files.where}/examples.jsonl", 0, "the pack has no examples")
        return [missing], None
    name = f"{files.where}/examples.jsonl"
    found: list[Finding] = []
    verdicts: list[tuple[str, bool, bool]] = []  # id, wanted, found
    ids: dict[str, int] = {}

    def wrong(message: str) -> None:
        found.append(Finding("error", "example", name, line, message))

    for line, text in enumerate(files.examples.splitlines(), 1):
        if not text.strip():
            continue
        try:
            item = item_from_json(text)
        except ItemError as error:
            wrong(str(error))
            continue
        data = json.loads(text)
        if ids.setdefault(item.id, line) != line:
            wrong(f"the id '{item.id}' stands in line {ids[item.id]} already")
        if data.get("label") not in (0, 1, True, False):
            wrong("'label' must be 1 (relevant) or 0")
            continue
        detection = detect(item, built.pack)
        wanted = bool(data["label"])
        verdicts.append((item.id, wanted, detection.relevant))
        if detection.relevant != wanted:
            weights = ", ".join(f"{reason.rule} {reason.weight:+.1f}" for reason in detection.reasons)
            told = "relevant" if detection.relevant else "not relevant"
            wrong(f"'{item.title}' is {told} (score {detection.score:.2f}: {weights or 'no rule holds'})")
        for programme in data.get("programmes") or ():
            if programme not in built.pack.programmes:
                wrong(f"unknown programme '{programme}'{nearest(programme, built.pack.programmes)}")
            elif wanted and not any(programme in built.pack.ancestors[one] for one in detection.programmes):
                wrong(f"'{item.title}' is not found to name {programme}")
        stage = data.get("stage")
        if stage is not None and stage not in built.pack.stages:
            wrong(f"unknown stage '{stage}'{nearest(stage, built.pack.stages)}")
        elif stage is not None and wanted and detection.relevant and detection.stage != stage:
            wrong(f"'{item.title}' tells the stage {detection.stage or 'none'}, not {stage}")
    measured = Measured(
        right=sum(wanted and told for _, wanted, told in verdicts),
        false_alarms=tuple(item_id for item_id, wanted, told in verdicts if told and not wanted),
        missed=tuple(item_id for item_id, wanted, told in verdicts if wanted and not told),
        items=len(verdicts),
    )
    return found, measured if verdicts else None
