"""The app's manifests: as Slack wants them, and asking for what the code uses, no more and no less."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import jsonschema
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters import slack_manifest
from bot.adapters.slack.many import UNINSTALLED
from bot.adapters.slack.payloads import GONE_EVENTS
from bot.adapters.slack.scopes import BOT_SCOPES, missing
from tests.servers.slack_state import DEFAULT_SCOPES
from tests.servers.spec import table
from tests.shared_material import shared

ROOT = Path(__file__).resolve().parents[2]
ADAPTER = ROOT / "bot/adapters/slack"
MANIFESTS = {"docs/slack-manifest.json": None, "docs/slack-manifest-http.json": "https://bot.example.org"}

# Scopes that no method asks for, and what in the manifest needs them (docs.slack.dev/reference/scopes).
OF_EVENTS = {
    "app_mentions:read": "app_mention",
    "im:history": "message.im",
    "channels:read": "channel_archive",
    "groups:read": "group_archive",
}


def called_methods() -> set[str]:
    """The Web API's methods that the adapter's code calls: attributes of clients, by the SDK's names."""
    of_sdk = {name for name in dir(AsyncWebClient) if "_" in name.strip("_") and not name.startswith("_")}
    names = {
        node.func.attr
        for path in ADAPTER.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    return {name.replace("_", ".") for name in names & of_sdk} & set(table("slack_methods.json")["methods"])


@pytest.mark.parametrize(("file", "url"), MANIFESTS.items())
def test_the_documents_hold_what_the_command_prints(file: str, url: str | None) -> None:
    assert json.loads((ROOT / file).read_text(encoding="utf-8")) == slack_manifest(url)


@pytest.mark.shared
@pytest.mark.parametrize("url", MANIFESTS.values())
def test_a_manifest_is_one_by_slacks_own_schema(url: str | None) -> None:
    schema = json.loads(shared("specs/slack_manifest.schema.2.0.0.json").read_text(encoding="utf-8"))
    jsonschema.validators.validator_for(schema)(schema).validate(slack_manifest(url))


def test_every_method_that_is_called_has_its_scope_and_every_scope_its_use() -> None:
    called = called_methods()
    assert {"chat.postMessage", "chat.update", "auth.test"} <= called
    needed = {name: set(table("slack_methods.json")["methods"][name]["scopes"]) for name in called}
    assert [name for name, scopes in needed.items() if scopes and not scopes & BOT_SCOPES.keys()] == []
    of_methods = set().union(*needed.values())
    events = set(slack_manifest()["settings"]["event_subscriptions"]["bot_events"])
    of_events = {scope for scope, event in OF_EVENTS.items() if event in events}
    assert set(BOT_SCOPES) <= of_methods | of_events | {"commands"}


def test_every_event_that_the_adapter_hears_is_asked_for() -> None:
    heard = {
        *GONE_EVENTS,
        *UNINSTALLED,
        *("app_home_opened", "app_mention", "message.im", "member_left_channel", "channel_id_changed"),
    }
    for url in MANIFESTS.values():
        assert set(slack_manifest(url)["settings"]["event_subscriptions"]["bot_events"]) == heard


def test_over_http_every_call_comes_to_our_addresses() -> None:
    manifest = slack_manifest("https://bot.example.org/")
    calls = "https://bot.example.org/slack/events"
    assert manifest["settings"]["event_subscriptions"]["request_url"] == calls
    assert manifest["settings"]["interactivity"]["request_url"] == calls
    assert manifest["features"]["slash_commands"][0]["url"] == calls
    assert manifest["oauth_config"]["redirect_urls"] == ["https://bot.example.org/slack/oauth_redirect"]
    assert not manifest["settings"]["socket_mode_enabled"]


def test_the_local_slack_grants_what_the_manifest_asks_for_and_no_more() -> None:
    assert set(DEFAULT_SCOPES) == set(BOT_SCOPES)


def test_what_is_missing_is_told_in_order() -> None:
    assert missing(["commands", "chat:write", "users:read", "files:write"]) == [
        *("app_mentions:read", "channels:read", "groups:read", "im:history")
    ]
    assert missing(BOT_SCOPES) == []
