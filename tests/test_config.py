"""Configuration: what loads, what is refused, and in which words."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.config import Config, ConfigError, load
from bot.model import Channel

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "config.example.toml"


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(written(folder, text), environ)
    return str(caught.value).replace(f"{folder}/", "").split("\n")


def keys(table: dict[str, object], above: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in table.items():
        inner = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        found |= keys(inner, f"{above}{name}.") if isinstance(inner, dict) else {above + name}
    return found


# --- what loads --------------------------------------------------------------------------------------


def test_no_file_and_no_environment_give_a_bot_that_needs_no_account() -> None:
    config = load(None, {})
    assert config.console.enabled
    assert not config.telegram.enabled
    assert not config.slack.enabled
    assert config.allowed == frozenset()


def test_the_example_loads_as_it_is_and_states_the_defaults() -> None:
    config = load(EXAMPLE, {})
    default = Config().model_copy(update={"database": config.database})
    assert config == default


def test_the_example_has_every_key_and_no_other() -> None:
    text = re.sub(r"^#(?=[\[a-z])", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    every = Config(
        feeds=({"url": "https://example.org/"},),  # type: ignore[arg-type]
        subscriptions=({"channel": "console:"},),  # type: ignore[arg-type]
        own={  # type: ignore[arg-type]
            "aliases": [{"concept": "c", "aliases": ["a"]}],
            "programmes": [{"id": "p", "category": "c", "aliases": ["a"]}],
            "keywords": [{"words": ["w"], "weight": 1.0, "reason": "r"}],
            "rules": [dict.fromkeys(("id", "weight", "where", "all", "any", "none", "say"), "x")],
        },
    )
    assert keys(tomllib.loads(text)) == keys(every.model_dump(mode="json"))


def test_every_key_of_the_example_has_a_comment_in_its_part() -> None:
    bare: list[str] = []
    for part in EXAMPLE.read_text(encoding="utf-8").split("\n\n"):
        has_key = re.search(r"^#?[a-z_]+ = ", part, re.MULTILINE)
        if has_key and not re.search(r"^# ", part, re.MULTILINE):
            bare.append(part)
    assert bare == []


def test_the_database_file_lies_beside_the_config_file(tmp_path: Path) -> None:
    config = load(written(tmp_path, '[database]\nurl = "sqlite:///data/d.db"'), {})
    assert config.database.url.get_secret_value() == f"sqlite:///{tmp_path}/data/d.db"


def test_a_pack_folder_is_taken_from_the_config_file(tmp_path: Path) -> None:
    config = load(written(tmp_path, 'packs = ["india_russia", "./mine"]'), {})
    assert config.packs == ("india_russia", f"{tmp_path}/mine")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[telegram]\ntoken = "1:file"\npoll_timeout_s = 5\n[web]\nport = 1')
    config = load(path, {"DEALWIRE_TELEGRAM__TOKEN": "2:environment", "DEALWIRE_WEB__PORT": "2"})
    assert config.telegram.token.get_secret_value() == "2:environment"
    assert config.telegram.poll_timeout_s == 5
    assert config.web.port == 2


def test_any_key_may_come_from_the_environment() -> None:
    config = load(
        None,
        {
            "DEALWIRE_PACKS": "india_russia",
            "DEALWIRE_FEEDS": '[{"url": "https://example.org/", "tier": 1}]',
            "DEALWIRE_POLLING__ALLOW_PRIVATE": "127.0.0.1:8080, [::1]:81",
            "DEALWIRE_ACCESS__ALLOWED_CHATS": '["console:"]',
            "DEALWIRE_ACCESS__OPERATOR_CHAT": "telegram:42",
            "DEALWIRE_WEB__ENABLED": "false",
        },
    )
    assert config.feeds[0].tier == 1
    assert config.polling.allow_private == ("127.0.0.1:8080", "[::1]:81")
    assert config.access.operator_chat == Channel(platform="telegram", address="42")
    assert not config.web.enabled


def test_names_for_the_tests_and_other_programs_are_let_pass() -> None:
    assert load(None, {"DEALWIRE_TEST_POSTGRES_URL": "x", "HOME": "/", "TELEGRAM_TOKEN": "x"}) == load(None, {})


def test_subscribed_and_operator_channels_count_as_allowed(tmp_path: Path) -> None:
    text = """
        [telegram]
        token = "1:a"
        [access]
        allowed_chats = ["slack:C1"]
        operator_chat = "telegram:42"
        [[subscriptions]]
        channel = "telegram:-5/7"
    """
    allowed = load(written(tmp_path, text), {}).allowed
    assert {channel.key for channel in allowed} == {"slack:C1", "telegram:42", "telegram:-5/7"}


def test_the_process_environment_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEALWIRE_WEB__PORT", "1")
    assert load(None, {}).web.port == 8787


# --- what is refused ---------------------------------------------------------------------------------

REFUSED = tomllib.loads((ROOT / "tests/data/config_refused.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["says"])
def test_a_mistake_is_told_with_its_place(tmp_path: Path, case: dict[str, str]) -> None:
    (problem,) = refusal(tmp_path, case["text"])
    assert case["says"] in problem


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = '[web]\nprot = 1\n[log]\nlevel = "loud"\n[console]\ncolor = "never"'
    problems = refusal(tmp_path, text, DEALWIRE_WEBB__PORT="1", DEALWIRE_WEB__PORT="x")
    assert [problem.split(": ")[:2] for problem in problems] == [
        ["config.toml:2", "web.prot"],
        ["config.toml:4", "log.level"],
        ["config.toml:6", "console.color"],
        ["environment", "DEALWIRE_WEBB__PORT"],
        ["environment", "DEALWIRE_WEB__PORT"],
    ]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DEALWIRE_TELEGRAM__TOKNE", "1:a", "no such setting; did you mean DEALWIRE_TELEGRAM__TOKEN?"),
        ("DEALWIRE_TELEGRAM_TOKEN", "1:a", "no such setting; did you mean DEALWIRE_TELEGRAM__TOKEN?"),
        ("DEALWIRE_WEB__PORT", "x", 'found a text, "x", expected a whole number'),
        ("DEALWIRE_FEEDS", "[x", "no JSON"),
        ("DEALWIRE_SUBSCRIPTIONS", '[{"chanel": "console:"}]', "no such key; did you mean channel?"),
    ],
)
def test_a_misspelt_variable_is_refused(name: str, value: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, {name: value})
    assert str(caught.value).startswith(f"environment: {name}: ")
    assert words in str(caught.value)


def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no such file; copy config\.example\.toml") as caught:
        load(tmp_path / "none.toml", {})
    assert caught.value.path == str(tmp_path / "none.toml")
    assert caught.value.line is None


def test_the_error_carries_file_line_and_key(tmp_path: Path) -> None:
    path = written(tmp_path, "[web]\n\nprot = 1")
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    assert (caught.value.path, caught.value.line, caught.value.key) == (str(path), 3, "web.prot")


def test_lines_are_right_after_long_strings_lists_and_comments(tmp_path: Path) -> None:
    text = '# [web]\n[polling]\ncontact = """\n[web]\nport = 3\n"""\nallow_private = [ # [[feeds]]\n"a:1",\n]\nx = 1'
    assert refusal(tmp_path, text)[0].startswith("config.toml:10: polling.x: no such key")


# --- secrets -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '[telegram]\ntoken = "HUSHHUSH"',
        '[telegram]\ntokne = "HUSHHUSH"',
        '[slack]\nbot_token = "HUSHHUSH"',
        '[slack]\nbot_token = ["HUSHHUSH"]',
        '[database]\nurl = "mysql://u:HUSHHUSH@h/x"',
        'telegram = "HUSHHUSH"',
        'token = "HUSHHUSH"',
    ],
)
def test_a_refused_secret_is_not_repeated(tmp_path: Path, text: str) -> None:
    assert "HUSHHUSH" not in "\n".join(refusal(tmp_path, text))


def test_secrets_are_in_no_description_and_no_repr() -> None:
    environ = {
        "DEALWIRE_TELEGRAM__TOKEN": "1:HUSH1",
        "DEALWIRE_SLACK__BOT_TOKEN": "xoxb-HUSH2",
        "DEALWIRE_SLACK__APP_TOKEN": "xapp-HUSH3",
        "DEALWIRE_DATABASE__URL": "postgresql://u:HUSH4@h/d?password=HUSH5",
    }
    config = load(None, environ)
    assert config.secrets() == ("1:HUSH1", "xoxb-HUSH2", "xapp-HUSH3", "HUSH4")
    assert "HUSH" not in repr(config) + str(config.describe()) + config.model_dump_json()


def test_logins_of_proxies_and_feeds_and_own_headers_are_secrets(tmp_path: Path) -> None:
    text = """
        [polling]
        proxy = "socks5h://me:HUSH1@127.0.0.1:9050"
        [[feeds]]
        url = "https://me:HUSH2@example.org/rss"
        proxy = "http://me:HUSH3@proxy.example:3128"
        headers = ["Authorization: Bearer HUSH4", "User-Agent: Example Reader"]
    """
    config = load(written(tmp_path, text), {})

    assert set(config.secrets()) == {"HUSH1", "HUSH2", "HUSH3", "Bearer HUSH4"}
    shown = repr(config.polling) + repr(config.feeds[0].headers) + repr(config.feeds[0].proxy)
    assert "HUSH" not in shown + str(config.describe())
    assert config.feeds[0].header_values[0] == ("Authorization", "Bearer HUSH4")


def test_the_description_tells_what_will_run(tmp_path: Path) -> None:
    text = """
        feeds = [{url = "http://a/"}]
        subscriptions = [{channel = "telegram:-5", filter = "s-400"}]
        [telegram]
        token = "1:a"
    """
    rows = load(written(tmp_path, text), {}).describe(default_feeds=30)
    assert ("feeds", "30 of the packs and 1 own") in rows
    assert ("telegram", "on, at https://api.telegram.org") in rows
    assert ("slack", "off: no tokens") in rows
    assert ("subscription", "telegram:-5: s-400") in rows
    assert ("allowed chats", "telegram:-5") in rows
