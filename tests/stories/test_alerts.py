"""What an alert says: label, rows of facts with their quotes, importance, a short summary."""

from __future__ import annotations

from dataclasses import replace

from bot.i18n import words_in
from bot.model import Alert
from bot.stories import RecentStories, alert_for, assimilate, card_in, importance_of, summarise
from rules import Pack
from tests.stories.factory import NOW, judged

TITLE = "Defence ministry signs ₹63,000 crore contract with Russia for five S-400 squadrons"
TEXT = (
    "The Ministry of Defence said on Friday that it has signed a contract with Rosoboronexport for five squadrons "
    "of the S-400 air defence system. Deliveries are to begin in 2028, the ministry said. "
    "The weather in Moscow was cold. A band played."
)


def alert_of(pack: Pack, title: str, text: str = "") -> Alert:
    item = judged(pack, title, text)
    change = assimilate(item, RecentStories(()), NOW, told=True)
    alert = alert_for(change, item, pack, NOW)
    assert alert is not None
    return alert


def test_the_card_shows_programme_stage_value_and_quantity(pack: Pack) -> None:
    card = alert_of(pack, TITLE, TEXT).card
    assert card.headline == TITLE
    main = card.rows[0]
    assert "S-400" in main.programme
    assert "contract signed" in main.facts
    assert "₹63,000 crore (≈ $7.0bn, rate of Dec 2025)" in main.facts
    assert any(fact.startswith("5 squadrons") for fact in main.facts)


def test_every_fact_on_the_card_has_its_words_from_the_text(pack: Pack) -> None:
    card = alert_of(pack, TITLE, TEXT).card
    for row in card.rows:
        assert len(row.facts) == len(row.quotes)
        assert all(quote in TITLE or quote in TEXT for quote in row.quotes)


def test_a_report_that_joins_makes_no_second_alert(pack: Pack) -> None:
    item = judged(pack, TITLE, TEXT)
    first = assimilate(item, RecentStories(()), NOW, told=True).after
    joined = assimilate(item, RecentStories([first]), NOW, told=True)
    assert alert_for(joined, item, pack, NOW) is None


def test_the_label_says_new_how_sure_and_who(pack: Pack) -> None:
    assert alert_of(pack, TITLE, TEXT).card.label.startswith("NEW · OFFICIAL · ")
    denied = alert_of(pack, "Russia denies reports of delay in S-400 deliveries to India")
    assert denied.card.label.startswith("DENIED · ")


def test_a_signing_is_louder_than_talk(pack: Pack) -> None:
    assert importance_of(pack.stages["contract"], "official") == "flash"
    assert importance_of(pack.stages["contract"], "reported") == "high"
    assert importance_of(pack.stages["delivery"], "reported") == "normal"
    assert importance_of(pack.stages["interest"], "reported") == "low"
    assert importance_of(pack.stages["interest"], "official") == "normal"
    assert importance_of(None, "reported") == "normal"


def test_a_summary_has_at_most_sixty_words_and_leaves_out_what_carries_nothing(pack: Pack) -> None:
    detection = judged(pack, TITLE, TEXT).detection
    assert detection is not None
    summary = summarise(TITLE, TEXT, detection, max_words=35)
    assert len(summary.split()) <= 35
    assert "Rosoboronexport" in summary
    assert "band" not in summary


def test_a_summary_that_only_repeats_the_title_is_empty(pack: Pack) -> None:
    detection = judged(pack, TITLE, TITLE).detection
    assert detection is not None
    assert summarise(TITLE, TITLE, detection) == ""
    assert summarise(TITLE, "", detection) == ""


def test_one_endless_sentence_is_cut_at_the_limit(pack: Pack) -> None:
    text = "India and Russia agreed " + "and agreed again " * 60
    detection = judged(pack, TITLE, text).detection
    assert detection is not None
    summary = summarise(TITLE, text, detection)
    assert len(summary.split()) <= 60
    assert summary.endswith("…")


def test_a_denied_report_is_not_repeated_as_facts(pack: Pack) -> None:
    text = "Rosoboronexport denied that the fourth S-400 squadron for India would slip to 2027."
    card = alert_of(pack, "Russia denies report of delay in S-400 squadron for India", text).card
    assert not any("2027" in fact for row in card.rows for fact in row.facts)
    assert "2027" in card.summary


def test_one_figure_is_told_once(pack: Pack) -> None:
    facts = alert_of(pack, TITLE, TEXT).card.rows[0].facts
    assert sum("5 squadrons" in fact for fact in facts) == 1


def test_a_step_of_a_packs_own_is_called_and_weighed_as_the_pack_says(pack: Pack) -> None:
    """What a topic's steps are called and how loud they are stands in its TOML."""
    own = replace(
        pack.stages["contract"],
        id="handshake",
        name={"en": "hands shaken", "hi": "हाथ मिलाए", "ru": "ударили по рукам"},
        importance="low",
    )
    concepts = {
        one.id: replace(one, stage="handshake") if one.stage == "contract" else one for one in pack.concepts.values()
    }
    topic = replace(pack, stages={**pack.stages, own.id: own}, concepts=concepts)
    alert = alert_of(topic, "India and Russia sign S-400 deal, sources said")
    assert alert.importance == "low"
    assert "hands shaken" in alert.card.rows[0].facts
    assert "ударили по рукам" in card_in(alert, words_in("ru")).rows[0].facts  # they shook hands on it
