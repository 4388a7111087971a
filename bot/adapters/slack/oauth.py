"""Installing the app in a workspace: Bolt's OAuth flow with our store, our words and no secrets in the log."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any

import aiohttp
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import OAuthStateUtils
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.installations import STATE_S, Installations, States, home_of_installation
from bot.adapters.slack.manifest import INSTALL_PATH, REDIRECT_PATH
from bot.adapters.slack.refusals import code
from bot.adapters.slack.scopes import BOT_SCOPES, missing

_WORDS = {
    "access_denied": "The installation was cancelled. Nothing was changed.",
    "invalid_browser": "This page must be reached in the browser that began the installation. Please begin again.",
    "invalid_state": "This installation was begun more than ten minutes ago, or finished already. Please begin again.",
    "missing_code": "Slack sent no code. Please begin again.",
    "invalid_code": "Slack does not take this code any more. Please begin again.",
    "bad_redirect_uri": "The app's redirect URL is another one than Dealwire's. Its operator has to mend that.",
    "bad_client_secret": "Dealwire's client secret is wrong. Its operator has to mend that.",
    "invalid_client_id": "Dealwire's client id is wrong. Its operator has to mend that.",
    "unreachable": "Slack did not answer. Please begin again in a minute.",
    "storage_error": "The installation could not be stored. Please begin again in a minute.",
}

_log = logging.getLogger(__name__)


class _Cookies(OAuthStateUtils):
    """As Bolt's, not sent along from other sites' pages except by following a link, as the way back from Slack is."""

    def build_set_cookie_for_new_state(self, state: str) -> str:
        return f"{super().build_set_cookie_for_new_state(state)}; SameSite=Lax"


async def exchange(web: AsyncWebClient, code: str, client_id: str, client_secret: str, redirect_uri: str) -> Any:
    """What oauth.v2.access answers to a code. Raises SlackApiError. By hand, since the SDK's method uses a class that
    aiohttp 3.14 warns of."""
    own = b64encode(f"{client_id}:{client_secret}".encode()).decode()
    return await web.api_call(
        "oauth.v2.access",
        data={"code": code, "redirect_uri": redirect_uri},
        headers={"Authorization": f"Basic {own}"},
    )


class Flow(AsyncOAuthFlow):
    """`handle_installation` sends a browser to Slack, `handle_callback` takes it back."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        public_url: str,
        authorize_url: str,
        installations: Installations,
        states: States,
        client: AsyncWebClient,
        clock: Callable[[], datetime],
        on_installed: Callable[[str], None],
    ) -> None:
        """`on_installed` is told the home's id, before the browser's page."""
        self._clock = clock
        self._on_installed = on_installed
        settings = AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=sorted(BOT_SCOPES),
            user_scopes=[],
            redirect_uri=f"{public_url.rstrip('/')}{REDIRECT_PATH}",
            install_path=INSTALL_PATH,
            install_page_rendering_enabled=False,
            redirect_uri_path=REDIRECT_PATH,
            authorization_url=authorize_url,
            installation_store=installations,
            state_store=states,
            state_expiration_seconds=STATE_S,
            callback_options=AsyncCallbackOptions(success=self._succeeded, failure=self._failed),
        )
        settings.state_utils = _Cookies(expiration_seconds=STATE_S)
        super().__init__(client=client, logger=_log, settings=settings)

    async def handle_callback(self, request: AsyncBoltRequest) -> BoltResponse:
        """The page that the browser shows at the end."""
        try:
            return await super().handle_callback(request)
        except SlackApiError as error:
            return self._page_of(code(error))
        except (aiohttp.ClientError, OSError, TimeoutError):
            return self._page_of("unreachable")
        except Exception:  # the store: whatever the database says, the browser gets a page
            _log.exception("slack installation not stored")
            return self._page_of("storage_error")

    async def run_installation(self, code: str) -> Installation:
        """As in Bolt, which logs the code and hides why Slack refuses it. Raises SlackApiError."""
        said: Any = await exchange(
            self.client, code, self.settings.client_id, self.settings.client_secret, self.settings.redirect_uri or ""
        )
        token = str(said["access_token"])
        whole = bool(said.get("is_enterprise_install"))
        who: Any = await self.client.auth_test(token=token)
        enterprise, team = said.get("enterprise") or {}, said.get("team") or {}
        return Installation(
            app_id=said.get("app_id"),
            enterprise_id=enterprise.get("id"),
            enterprise_name=enterprise.get("name"),
            enterprise_url=who.get("url") if whole else None,
            team_id=None if whole else team.get("id"),
            team_name=None if whole else team.get("name"),
            bot_token=token,
            bot_id=who.get("bot_id"),
            bot_user_id=said.get("bot_user_id"),
            bot_scopes=said.get("scope"),
            bot_refresh_token=said.get("refresh_token"),
            bot_token_expires_in=said.get("expires_in"),
            user_id=(said.get("authed_user") or {}).get("id", ""),
            is_enterprise_install=whole,
            token_type=said.get("token_type"),
            installed_at=self._clock().timestamp(),
        )

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        installation = args.installation
        home = home_of_installation(installation)
        self._on_installed(home)
        _log.info("slack installed home=%s", home)
        if installation.bot_refresh_token:
            _log.warning("slack tokens expire home=%s: switch token rotation off in the app and install anew", home)
        lacking = missing(installation.bot_scopes or ())
        if lacking:
            _log.warning("slack scopes missing home=%s scopes=%s", home, ",".join(lacking))
        name = installation.team_name or installation.enterprise_name or home
        opened = f"https://slack.com/app_redirect?app={installation.app_id}"
        opened += f"&team={installation.team_id}" if installation.team_id else ""
        rows = (
            f"Dealwire is installed in <b>{escape(name)}</b>.",
            "In Slack, invite it into a channel with <code>/invite @Dealwire</code> and type "
            "<code>/dealwire start</code> there. If it asks for a code, its operator has one for you.",
            f'<a href="{escape(opened)}">Open Slack</a>',
        )
        return self._page(200, "Installed", rows)

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        return self._page_of(args.reason, args.suggested_status_code)

    def _page_of(self, reason: str, status: int = 502) -> BoltResponse:
        known = _WORDS.get(reason)
        _log.warning("slack installation failed reason=%s", reason if known else "unknown")
        words = known or "Slack refused the installation. Please begin again, or ask the operator of this Dealwire."
        again = f'<a href="{INSTALL_PATH}">Begin again</a>'
        return self._page(status, "Not installed", (escape(words), again))

    def _page(self, status: int, title: str, rows: tuple[str, ...]) -> BoltResponse:
        body = "".join(f"<p>{row}</p>" for row in rows)
        html = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>Dealwire: {escape(title)}</title></head><body><h1>{escape(title)}</h1>{body}</body></html>"
        )
        done = self.settings.state_utils.build_set_cookie_for_deletion()
        return BoltResponse(
            status=status, body=html, headers={"Content-Type": "text/html; charset=utf-8", "Set-Cookie": [done]}
        )
