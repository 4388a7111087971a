"""The app's manifest: what is pasted at api.slack.com to make the app, for Socket Mode or for HTTP.

docs/slack-manifest.json and docs/slack-manifest-http.json are this function's answers; a test compares them, and
checks both by Slack's own schema.
"""

from __future__ import annotations

from typing import Any

from bot.adapters.slack.payloads import GONE_EVENTS
from bot.adapters.slack.scopes import BOT_SCOPES
from bot.adapters.slack.surfaces import CHECK_LINK

EVENTS = (
    *GONE_EVENTS,
    *("app_home_opened", "app_mention", "app_uninstalled", "channel_id_changed", "member_left_channel", "message.im"),
    "tokens_revoked",
)
"""The events that the adapter hears."""

INSTALL_PATH, REDIRECT_PATH, EVENTS_PATH = "/slack/install", "/slack/oauth_redirect", "/slack/events"


def manifest(public_url: str | None = None) -> dict[str, Any]:
    """With `public_url` ("https://bot.example.org") Slack calls us there and other workspaces may install the app;
    without it everything comes over Socket Mode."""
    base = public_url.rstrip("/") if public_url else None
    calls = f"{base}{EVENTS_PATH}" if base else None
    address = {"request_url": calls} if calls else {}
    return {
        "display_information": {
            "name": "Dealwire",
            "description": "Alerts on India–Russia defence deals",
            "long_description": _LONG,
            "background_color": "#1f3a4d",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Dealwire", "always_online": True},
            "shortcuts": [
                {
                    "name": "Check this link",
                    "type": "message",
                    "callback_id": CHECK_LINK,
                    "description": "What became of the report behind a link",
                }
            ],
            "slash_commands": [
                {
                    "command": "/dealwire",
                    **({"url": calls} if calls else {}),
                    "description": "Alerts on defence deals: subscribe, look up, ask why",
                    "usage_hint": "subscribe s-400 | latest | search words | why | help",
                    "should_escape": False,
                }
            ],
        },
        "oauth_config": {
            **({"redirect_urls": [f"{base}{REDIRECT_PATH}"]} if base else {}),
            "scopes": {"bot": sorted(BOT_SCOPES)},
        },
        "settings": {
            "event_subscriptions": {**address, "bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": bool(base),
            "socket_mode_enabled": base is None,
            "token_rotation_enabled": False,
        },
    }


_LONG = (
    "Dealwire watches the news for defence deals between India and Russia, in English, Hindi and Russian, and posts "
    "short alerts to the channels that subscribed: what happened, how sure it is, the sums and dates with the sentence "
    "that proves each, and who reported it first. Type /dealwire help to see what it can be asked."
)
