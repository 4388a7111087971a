"""Installing an app: Slack's authorize page and oauth.v2.access with its errors.

A test opens the app's own install address, takes the Location of its answer and calls
`await server.approve(location, …)`: what the administrator's browser would then be sent to.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.servers.slack_rules import Grant, SlackRefusalError
from tests.servers.slack_state import SlackUser, Workspace

CLIENT_ID = "1111.2222"
CLIENT_SECRET = "local-client-secret"
CODE_LIFE = timedelta(minutes=10)

_ASKED = {"client_id", "scope", "user_scope", "state", "redirect_uri", "team"}


@dataclass(kw_only=True)
class _Code:
    workspace: Workspace
    user: str
    scopes: frozenset[str]
    redirect_uri: str | None
    made_at: datetime


@dataclass(kw_only=True)
class OAuth:
    """The app as Slack knows it, and the codes it gave out."""

    grants: dict[str, Grant]
    alarms: list[str]
    clock: Callable[[], datetime]
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    redirect_uris: list[str] = field(default_factory=list)  # registered; empty: any
    codes: dict[str, _Code] = field(default_factory=dict)

    def approve(self, url: str, *, workspace: Workspace, user: SlackUser, deny: bool = False) -> str:
        """Where the browser goes after the administrator pressed Allow (or Cancel) on the page at `url`."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        if urlsplit(url).path != "/oauth/v2/authorize":
            self.alarms.append(f"authorize: {urlsplit(url).path} is not the page")
        self.alarms.extend(f"authorize: unknown parameter {name}" for name in asked.keys() - _ASKED)
        if asked.get("client_id") != self.client_id:
            raise AssertionError("Slack would say: invalid client_id")
        if not asked.get("scope"):
            raise AssertionError("Slack would say: no scopes requested")
        if not asked.get("state"):
            self.alarms.append("authorize: no state, anybody could finish an installation that they did not begin")
        redirect = asked.get("redirect_uri")
        if self.redirect_uris and not any((redirect or "").startswith(one) for one in self.redirect_uris):
            raise AssertionError("Slack would say: redirect_uri did not match any configured URIs")
        back = redirect or self.redirect_uris[0]
        if deny:
            return f"{back}?{urlencode({'error': 'access_denied', 'state': asked.get('state', '')})}"
        code = f"{uuid.uuid4().hex[:12]}.{uuid.uuid4().hex}"
        self.codes[code] = _Code(
            workspace=workspace,
            user=user.id,
            scopes=frozenset(asked["scope"].split(",")),
            redirect_uri=redirect,
            made_at=self.clock(),
        )
        return f"{back}?{urlencode({'code': code, 'state': asked.get('state', '')})}"

    def access(self, args: Mapping[str, Any], basic: tuple[str, str] | None) -> dict[str, Any]:
        """What oauth.v2.access answers. Raises `SlackRefusalError`."""
        client_id, secret = basic or (str(args.get("client_id", "")), str(args.get("client_secret", "")))
        if client_id != self.client_id:
            raise SlackRefusalError("invalid_client_id")
        if secret != self.client_secret:
            raise SlackRefusalError("bad_client_secret")
        code = self.codes.pop(str(args.get("code", "")), None)
        if code is None or self.clock() - code.made_at > CODE_LIFE:
            raise SlackRefusalError("invalid_code")
        if code.redirect_uri != (args.get("redirect_uri") or None):
            raise SlackRefusalError("bad_redirect_uri")
        return self._installed(code)

    def _installed(self, code: _Code) -> dict[str, Any]:
        space = code.workspace
        token = self.token_of(space) or f"xoxb-{space.home}-{uuid.uuid4().hex}"
        self.grants[token] = Grant(token=token, kind="bot", scopes=code.scopes, team=space.home)
        whole = space.whole_organisation
        return {
            "access_token": token,
            "token_type": "bot",
            "scope": ",".join(sorted(code.scopes)),
            "bot_user_id": space.bot.id,
            "app_id": space.app_id,
            "team": None if whole else {"id": space.team_id, "name": space.team_domain},
            "enterprise": {"id": space.enterprise_id, "name": "Org"} if space.enterprise_id else None,
            "authed_user": {"id": code.user},
            "is_enterprise_install": whole,
        }

    def token_of(self, workspace: Workspace) -> str | None:
        """The good bot token of the workspace; None: the app is not installed there."""
        for token, grant in self.grants.items():
            if grant.kind == "bot" and grant.team == workspace.home and grant.trouble is None:
                return token
        return None
