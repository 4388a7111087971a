"""The contract of classify: one JSON object in, one out, and bad lines do not stop the rest."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules import Item, Pack, classify_lines, detect, fact_from_json, fact_to_json, to_json

LINE = json.dumps(
    {
        "id": 7,
        "title": "India signs Rs 10,000 crore contract with Russia for five S-400 regiments by 2027",
        "date": "2026-03-01T10:00:00+05:30",
        "url": "https://example.org/7",
    }
)


def classified(pack: Pack, *lines: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in classify_lines(lines, pack)]


def test_the_answer_has_the_promised_keys(pack: Pack) -> None:
    [answer] = classified(pack, LINE)
    assert list(answer) == [
        "id", "relevant", "score", "programmes", "stage", "certainty", "speaker", "facts", "reasons",
    ]  # fmt: skip
    assert answer["id"] == "7"
    assert answer["programmes"][0] == "s-400"
    for fact in answer["facts"]:
        assert list(fact) == [
            "kind", "role", "programme", "speaker", "certainty", "value", "unit", "currency", "quote", "field",
            "start", "end",
        ]  # fmt: skip
        assert json.loads(LINE)[fact["field"]][fact["start"] : fact["end"]] == fact["quote"]
    values = {fact["kind"]: fact["value"] for fact in answer["facts"]}
    assert values["money"] == 100_000_000_000
    assert values["quantity"] == 5
    assert values["date"] == "2027"
    assert values["stage"] == "contract"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{", "not JSON"),
        ("[1]", "one object"),
        ('{"title": "x"}', "'id'"),
        ('{"id": 1}', "'title'"),
        ('{"id": 1, "title": 5}', "'title'"),
        ('{"id": 1, "title": "x", "lang": "fr"}', "'lang' must be one of en, hi, ru, not 'fr'"),
        ('{"id": 1, "title": "x", "date": "soon"}', "ISO date"),
        ('{"id": 1, "title": "x", "text": ["y"]}', "'text'"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(pack: Pack, line: str, error: str) -> None:
    bad, good = classified(pack, "", line, LINE)
    assert error in bad["error"]
    assert bad["line"] == 2
    assert good["relevant"] is True


def test_null_fields_are_as_absent(pack: Pack) -> None:
    line = '{"id": "a", "title": "Su-57 talks", "text": null, "lang": null, "date": null, "url": null}'
    assert classified(pack, line)[0]["id"] == "a"


def test_facts_survive_storage(pack: Pack) -> None:
    detection = detect(Item(id="1", title="India signs $5.43 billion S-400 contract with Russia"), pack)
    assert Decimal(5_430_000_000) in [fact.value for fact in detection.facts]
    assert (
        tuple(fact_from_json(json.loads(json.dumps(fact_to_json(fact)))) for fact in detection.facts) == detection.facts
    )
    json.dumps(to_json(detection))


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rules", *arguments], input=stdin, capture_output=True, text=True, encoding="utf-8",
        timeout=60, check=False, env={"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def test_explain_shows_the_verdict_and_the_spans() -> None:
    done = run("explain", "India signs S-400 contract with Russia", "--no-color")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("relevant")
    assert "S-400 Triumf" in done.stdout
    assert "stage: contract" in done.stdout
    assert "\x1b[" not in done.stdout


def test_classify_reads_and_writes_lines() -> None:
    done = run("classify", stdin=LINE + "\nnonsense\n")
    assert done.returncode == 0
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["relevant"] is True
    assert second["line"] == 2
    assert done.stderr == ""


def test_measure_prints_figures_and_misses(tmp_path: Path) -> None:
    file = tmp_path / "labelled.jsonl"
    file.write_text('{"id": "w", "title": "Weather in Pune", "label": 1}\n', encoding="utf-8")
    done = run("measure", str(file))
    assert done.returncode == 0
    assert "Weather in Pune" in done.stdout


def test_a_missing_pack_or_file_ends_with_one() -> None:
    assert run("explain", "x", "--pack", "nowhere").returncode == 1
    assert run("measure", "nowhere.jsonl").returncode == 1
