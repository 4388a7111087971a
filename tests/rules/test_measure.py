"""Measuring: counts by language and kind, programmes as sets, an interval that is the same each time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules import Pack
from rules.__main__ import main
from rules.labelled import labelled_from_lines, rows_from_lines
from rules.measure import Shares, bootstrap, by_kind, interval, judged, measured, programmes


def rows(*told: dict[str, Any]) -> list[str]:
    return [json.dumps(one, ensure_ascii=False) for one in told]


ROWS = rows(
    {"id": "hit", "title": "India signs S-400 contract with Russia", "label": 1, "kind": "procurement",
     "programmes": ["s-400", "caatsa"], "group": "g1"},
    {"id": "quiet", "title": "Cricket in Pune", "label": 0, "kind": "easy"},
    # weather in Pune
    {"id": "missed", "title": "Погода в Пуне", "label": 1, "lang": "ru", "kind": "talks", "group": "g2"},
    {"id": "alarm", "title": "India buys Su-57 from Russia", "label": 0, "kind": "hard", "group": "g1"},
    {"title": "Unclear", "label": 1, "borderline": True},
    # Russia and the S-400, in Ukrainian
    {"title": "Росія і С-400", "label": 0, "lang": "uk", "date": "2025-06-26"},
)  # fmt: skip


def test_borderline_rows_are_left_out_and_odd_languages_read() -> None:
    found = rows_from_lines(ROWS, "file")
    assert [row.item.id for row in found] == ["hit", "quiet", "missed", "alarm", "file-6"]
    assert found[-1].item.lang is None
    assert str(found[-1].item.on) == "2025-06-26"
    assert found[1].group == "quiet"
    assert labelled_from_lines(ROWS)[0][1] is True


def test_digests_have_their_programmes_under_expected() -> None:
    [row] = rows_from_lines(rows({"title": "T", "label": 1, "expected": {"programmes": ["relos"]}}))
    assert row.programmes == ("relos",)
    [row] = rows_from_lines(rows({"title": "T", "label": 0, "expected": None}))
    assert row.programmes is None


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"title": "no label"}', '{"label": 1}', '{"title": "t", "label": 1, "date": "yesterday!"}'],
)
def test_a_bad_line_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line 2 is no labelled item"):
        rows_from_lines(["", line])


def test_counts_by_language_and_kind(pack: Pack) -> None:
    found = judged(rows_from_lines(ROWS), pack)
    whole = measured(found)
    assert (whole["all"].precision, whole["all"].recall, whole["all"].items) == (0.5, 0.5, 5)
    assert (whole["en"].false_alarms, whole["ru"].missed) == (("alarm",), ("missed",))
    assert {kind: one.items for kind, one in by_kind(found).items()} == {
        "easy": 1, "hard": 1, "procurement": 1, "talks": 1,
    }  # fmt: skip


def test_programmes_are_counted_together(pack: Pack) -> None:
    found = judged(rows_from_lines(ROWS), pack)
    assert programmes(found) == Shares(right=1, wrong=0, missed=1)
    assert programmes(found[1:2]) is None


def test_the_interval_holds_the_figure_and_is_the_same_each_time(pack: Pack) -> None:
    verdicts = [(str(number), number % 3 == 0, number % 3 == 0 or number % 20 == 0) for number in range(300)]
    low, high = interval(verdicts)
    assert low < 2 * 100 / (2 * 100 + 10) < high
    assert interval(verdicts) == (low, high)
    assert interval([]) == (0.0, 0.0)
    assert bootstrap(judged(rows_from_lines(ROWS), pack))[1] <= 1.0


def test_an_item_counts_with_its_group() -> None:
    apart = [(str(number), True, number % 2 == 0) for number in range(60)]
    together = [(str(number // 20), True, number // 20 == 0) for number in range(60)]
    width = [high - low for low, high in map(interval, (apart, together))]
    assert width[1] > 2 * width[0]


def test_the_command_prints_figures_and_misses(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(ROWS), encoding="utf-8")
    assert main(["measure", str(path), str(path)]) == 0
    out = capsys.readouterr().out
    assert "all" in out and "0.500" in out
    assert "alarm  India buys Su-57 from Russia" in out
    assert "missed  Погода в Пуне" in out
    assert "programme ids: precision 1.000, recall 0.500, F1 0.667" in out
    assert "programmes s-400, wanted s-400, caatsa" in out
    assert "1000 resamples" in out


def test_the_command_names_the_file_of_a_bad_line(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("{", encoding="utf-8")
    assert main(["measure", str(path)]) == 1
    assert "bad.jsonl: line 1" in capsys.readouterr().err.replace("\n", "")


def test_fit_writes_weights_into_a_file(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    labelled, target = tmp_path / "rows.jsonl", tmp_path / "rules.toml"
    labelled.write_text("\n".join(ROWS), encoding="utf-8")
    target.write_text('[[rule]]\nid = "both-sides"\nweight = 99\nall = []\n', encoding="utf-8")
    assert main(["fit", str(labelled), "--write", str(target)]) == 0
    assert "weight = 99" not in target.read_text(encoding="utf-8")
    out = capsys.readouterr().out
    assert "keyword filter" in out and "both-sides" in out
