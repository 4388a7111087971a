"""Many workspaces, each with its own installation: who they are, how one joins, and how one leaves.

The installations are rows of our database, see `installations`; Slack calls us over HTTP, see `door`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError

from bot.adapters.oauth_app import OAuthApp
from bot.adapters.slack.door import Door
from bot.adapters.slack.installations import Installations, States
from bot.adapters.slack.manifest import INSTALL_PATH
from bot.adapters.slack.oauth import Flow
from bot.adapters.slack.refusals import token_refused
from bot.adapters.slack.sealing import Seal, SealError
from bot.adapters.slack.workspaces import FindError, NotInstalledError, Workspaces, home_of
from bot.ports import AdapterError, Inlet

UNINSTALLED = ("app_uninstalled", "tokens_revoked")
"""Events that end an installation; an uninstall brings both, in any order, and either may be lost."""

# An event that is older than the installation by less than this may be about it all the same: two clocks differ.
CLOCKS_DIFFER_S = 60.0

_log = logging.getLogger(__name__)


class Many:
    """The workspaces' side of the adapter."""

    def __init__(self, app: OAuthApp, *, base_url: str | None) -> None:
        """AdapterError for a key that is none."""
        self._app = app
        try:
            seal = Seal(app.token_keys)
        except SealError as error:
            raise AdapterError(str(error)) from None
        self.installations = Installations(app.client_id, writing=app.writing, reading=app.reading, seal=seal)
        self._door = Door(signing_secret=app.signing_secret, clock=app.clock)
        self._authorize_url = urljoin(base_url or "https://slack.com/api/", "/oauth/v2/authorize")
        self._workspaces: Workspaces | None = None

    @property
    def inlets(self) -> Sequence[Inlet]:
        return self._door.inlets

    async def check(self) -> None:
        """AdapterError when the stored tokens cannot be opened, all of them; some are only logged."""
        try:
            homes, bad = len(await self.installations.homes()), await self.installations.unreadable()
        except Exception as error:
            raise AdapterError(f"the installations cannot be read ({type(error).__name__})") from error
        if homes and bad == homes:
            raise AdapterError(
                "none of the stored tokens of Slack's workspaces was sealed with token_key of [slack]: put the key "
                "back that was used, after the present one and a comma if there is a new one"
            )
        if bad:
            _log.error("slack tokens sealed with another key workspaces=%d of=%d", bad, homes)
        _log.info("slack workspaces=%d install at %s%s", homes, self._app.public_url.rstrip("/"), INSTALL_PATH)

    def open(self, bolt: AsyncApp, workspaces: Workspaces, on_installed: Callable[[str], None]) -> None:
        """From now on calls and installations are taken; of these `on_installed` is told the home."""
        self._workspaces = workspaces
        flow = Flow(
            client_id=self._app.client_id,
            client_secret=self._app.client_secret,
            public_url=self._app.public_url,
            authorize_url=self._authorize_url,
            installations=self.installations,
            states=States(writing=self._app.writing, clock=self._app.clock),
            client=workspaces.client(),
            clock=self._app.clock,
            on_installed=on_installed,
        )
        self._door.open(bolt.async_dispatch, flow)

    def close(self) -> None:
        self._door.close()

    @property
    def left_words(self) -> str:
        """What somebody is told whose workspace has the app no more."""
        again = f"{self._app.public_url.rstrip('/')}{INSTALL_PATH}"
        return f"Dealwire is not installed in this workspace any more. An administrator can install it again: {again}"

    def authorizer(self) -> Any:
        """For Bolt, which fills in a plain function's arguments by their names."""

        async def authorize(
            enterprise_id: str | None, team_id: str | None, context: AsyncBoltContext
        ) -> AuthorizeResult | None:
            return await self._authorize(enterprise_id, team_id, context)

        return authorize

    async def _authorize(
        self, enterprise_id: str | None, team_id: str | None, context: AsyncBoltContext
    ) -> AuthorizeResult | None:
        """With whose token a call is handled; None: the app is not installed there. Raises `FindError`."""
        assert self._workspaces is not None  # calls come only after `open`
        home = enterprise_id if context.is_enterprise_install and enterprise_id else team_id
        try:
            workspace = await self._workspaces.of(home or "")
        except NotInstalledError as error:
            _log.warning("slack call without an installation home=%s reason=%s", home, error)
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=workspace.bot_user,
            bot_token=workspace.web.token,
        )

    async def left(self, body: dict[str, Any]) -> str | None:
        """The home that the event's workspace had, its installation removed; None: the event changes nothing, since
        it is about a user's token, about an installation that is gone already, or one before the present."""
        event = body["event"]
        if event["type"] == "tokens_revoked" and not event.get("tokens", {}).get("bot"):
            return None
        # Of an organisation's workspace Slack may tell either id; the app may be installed under both.
        told = [str(one) for one in (home_of(body), body.get("team_id"), body.get("enterprise_id")) if one]
        known = {one.id: one.installed_at for one in await self.installations.homes()}
        meant = [home for home in dict.fromkeys(told) if home in known]
        sure = meant == told[:1]
        for home in meant:
            if not await self._still_good(home, known[home], body, sure=sure, first=home == told[0]):
                break
        else:
            if meant or not told:
                _log.info("slack uninstall of an earlier installation ignored homes=%s", ",".join(meant))
                return None
            home = told[0]  # gone by the other event; what belongs to it may not be
        await self.installations.forget(home)
        assert self._workspaces is not None  # events come only after `open`
        self._workspaces.forget(home)
        _log.info("slack uninstalled home=%s", home)
        return home

    async def _still_good(
        self, home: str, installed_at: datetime, body: dict[str, Any], *, sure: bool, first: bool
    ) -> bool:
        """Whether Slack takes the installation's token all the same: the app was installed again since, and a late
        event must not end that; or another installation is meant. `sure`: none can be, so that Slack is asked only
        about a new one. `first`: it is the one that is named first."""
        told_at = datetime.fromtimestamp(float(body.get("event_time") or 0), UTC)
        if sure and (told_at - installed_at).total_seconds() > CLOCKS_DIFFER_S:
            return False
        assert self._workspaces is not None  # events come only after `open`
        self._workspaces.forget(home)
        try:
            workspace = await self._workspaces.of(home)
            await workspace.web.auth_test()
        except SlackApiError as error:
            return not token_refused(error)
        except (aiohttp.ClientError, OSError, TimeoutError):
            return told_at < installed_at or not first
        except NotInstalledError:
            return False
        except FindError:  # its token is sealed with another key: it goes all the same
            return not first
        return True
