"""What `dealwire doctor` finds out about Slack: tokens, scopes, Socket Mode, the channels, the stored installations.

Only asks; nothing is changed, and nothing that an administrator must not see is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.oauth_app import OAuthApp
from bot.adapters.slack.installations import Installations
from bot.adapters.slack.manifest import INSTALL_PATH, REDIRECT_PATH
from bot.adapters.slack.oauth import exchange
from bot.adapters.slack.refusals import FAILURES, code, why
from bot.adapters.slack.scopes import BOT_SCOPES, missing
from bot.adapters.slack.sealing import Seal, SealError
from bot.adapters.slack.socket import APP_ADVICE, BOT_ADVICE
from bot.adapters.slack.workspaces import FindError, split
from bot.model import Channel, Finding

CALL_S = 10.0  # for one call
SCOPE_ADVICE = "Add it under OAuth & Permissions, Bot Token Scopes, of your app, and install the app again."


async def examine_tokens(
    bot_token: str, app_token: str, *, base_url: str | None, channels: Sequence[Channel]
) -> list[Finding]:
    """One workspace over Socket Mode. `channels`: those that are subscribed."""
    async with _session(base_url) as session:
        web = _client(session, base_url, bot_token)
        findings = await _workspace(web, "slack", BOT_ADVICE)
        findings.append(await _socket_mode(_client(session, base_url, ""), app_token))
        if findings[0].level == "good":
            findings += [await _channel(web, channel) for channel in channels if _looked_at(channel)]
        findings += [
            Finding(
                level="bad",
                subject=channel.key,
                words="this address names a workspace, but the bot has one only",
                advice=f"Write slack:{split(channel.address)[1]}.",
            )
            for channel in channels
            if "/" in channel.address
        ]
    return findings


async def examine_oauth(app: OAuthApp, *, base_url: str | None, channels: Sequence[Channel]) -> list[Finding]:
    """Many workspaces: each installation with its scopes and subscribed channels, and whether we are reached."""
    try:
        seal = Seal(app.token_keys)
    except SealError as error:
        return [Finding(level="bad", subject="slack token_key", words=str(error))]
    store = Installations(app.client_id, writing=app.writing, reading=app.reading, seal=seal)
    homes = await store.homes()
    findings: list[Finding] = []
    async with _session(base_url) as session:
        findings.append(await _credentials(_client(session, base_url, ""), app))
        findings.append(await _public(session, app.public_url))
        if not homes:
            words = "installed in no workspace yet"
            advice = f"Open {app.public_url.rstrip('/')}{INSTALL_PATH} in a browser."
            findings.append(Finding(level="doubt", subject="slack workspaces", words=words, advice=advice))
        for home in homes:
            subject = f"slack {home.name or home.id} ({home.id})"
            try:
                found = await store.find(home.id)
            except FindError as error:
                findings.append(Finding(level="bad", subject=subject, words=str(error)))
                continue
            if found is None:  # removed a moment ago
                continue
            web = _client(session, base_url, found.token)
            advice = "Have the app installed there again."
            of_home = await _workspace(web, subject, advice)
            findings += of_home
            if of_home[0].level == "good":
                theirs = [one for one in channels if split(one.address)[0] == home.id]
                findings += [await _channel(web, channel) for channel in theirs if _looked_at(channel)]
    known = {home.id for home in homes}
    findings += [
        Finding(
            level="bad",
            subject=channel.key,
            words="the app is not installed in the workspace of this channel",
            advice="Write slack:WORKSPACE_ID/CHANNEL_ID; Slack in a browser has both in its address, T…/C….",
        )
        for channel in channels
        if split(channel.address)[0] not in known
    ]
    return findings


async def _workspace(web: AsyncWebClient, subject: str, advice: str) -> list[Finding]:
    """The token and its scopes."""
    try:
        who: Any = await web.auth_test()
    except FAILURES as error:
        return [_refused(subject, "the bot token", error, advice)]
    granted = _granted(who.headers)
    good = Finding(level="good", subject=subject, words=f"the bot is @{who['user']} in {who['team']}")
    lacking = missing(granted) if granted else []
    if not lacking:
        return [good, Finding(level="good", subject=f"{subject}: scopes", words=f"all {len(BOT_SCOPES)} are granted")]
    return [
        good,
        *(
            Finding(
                level="bad",
                subject=f"{subject}: scopes",
                words=f"{scope} is missing, so the bot cannot: {BOT_SCOPES[scope]}",
                advice=SCOPE_ADVICE,
            )
            for scope in lacking
        ),
    ]


async def _socket_mode(web: AsyncWebClient, app_token: str) -> Finding:
    subject = "slack Socket Mode"
    try:
        await web.apps_connections_open(app_token=app_token)
    except FAILURES as error:
        return _refused(subject, "the app-level token", error, APP_ADVICE)
    return Finding(level="good", subject=subject, words="Slack offers a connection")


async def _channel(web: AsyncWebClient, channel: Channel) -> Finding:
    _, room = split(channel.address)
    try:
        shown = (await web.conversations_info(channel=room))["channel"]
    except SlackApiError as error:
        if code(error) == "channel_not_found":
            words = "no such channel, or a private one that the bot is not in"
            return Finding(level="bad", subject=channel.key, words=words, advice=_INVITE)
        return Finding(level="doubt", subject=channel.key, words=f"Slack does not tell of it ({code(error)})")
    except FAILURES as error:
        return _refused(channel.key, "the channel", error, "")
    name = f"#{shown.get('name', room)}"
    if shown.get("is_archived"):
        advice = "Restore it in Slack, or end its subscriptions."
        return Finding(level="bad", subject=channel.key, words=f"{name} is archived", advice=advice)
    if not shown.get("is_member"):
        return Finding(level="bad", subject=channel.key, words=f"the bot is not in {name}", advice=_INVITE)
    return Finding(level="good", subject=channel.key, words=f"the bot is in {name}")


async def _credentials(web: AsyncWebClient, app: OAuthApp) -> Finding:
    """Whether client id and secret belong together: with them Slack objects to a made-up code only."""
    subject = "slack client"
    advice = "Copy both from Basic Information, App Credentials, of your Slack app."
    try:
        await exchange(web, "made-up", app.client_id, app.client_secret, f"{app.public_url.rstrip('/')}{REDIRECT_PATH}")
    except SlackApiError as error:
        if code(error) == "bad_redirect_uri":
            words = "the app does not know our redirect URL"
            advice = f"Add {app.public_url.rstrip('/')}{REDIRECT_PATH} under OAuth & Permissions, Redirect URLs."
            return Finding(level="bad", subject=subject, words=words, advice=advice)
        if code(error) in ("invalid_client_id", "bad_client_secret") or code(error).startswith("HTTP"):
            return _refused(subject, "client_id or client_secret", error, advice)
        if code(error) != "invalid_code":  # an answer that is not documented for this
            return Finding(level="doubt", subject=subject, words=f"Slack answers {code(error)}", advice=advice)
    except FAILURES as error:
        return _refused(subject, "", error, advice)
    return Finding(level="good", subject=subject, words="Slack knows the client id and takes its secret")


async def _public(session: aiohttp.ClientSession, public_url: str) -> Finding:
    """Whether our own address leads to us, while the bot runs."""
    subject, url = "slack public_url", f"{public_url.rstrip('/')}{INSTALL_PATH}"
    advice = "Check that `dealwire run` runs, and that the reverse proxy passes /slack/ on to the page of [web]."
    try:
        async with session.get(url, allow_redirects=False) as answer:
            status = answer.status
    except FAILURES as error:
        words = f"{url} is not reached from here ({type(error).__name__})"
        return Finding(level="doubt", subject=subject, words=words, advice=advice)
    if status != 302:
        return Finding(level="doubt", subject=subject, words=f"{url} answers HTTP {status}", advice=advice)
    return Finding(level="good", subject=subject, words=f"{url} leads to Slack")


def _session(base_url: str | None) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_S), trust_env=base_url is None)


def _client(session: aiohttp.ClientSession, base_url: str | None, token: str) -> AsyncWebClient:
    address = (base_url or AsyncWebClient.BASE_URL).rstrip("/") + "/"
    return AsyncWebClient(token=token or None, base_url=address, session=session, retry_handlers=[])


def _refused(subject: str, what: str, error: Exception, advice: str) -> Finding:
    if isinstance(error, SlackApiError) and not code(error).startswith("HTTP"):
        return Finding(level="bad", subject=subject, words=f"Slack refuses {what} ({code(error)})", advice=advice)
    said = why(error)
    advice = "Check the network, a proxy, and base_url in [slack]."
    return Finding(level="bad", subject=subject, words=f"Slack is not reached ({said})", advice=advice)


def _granted(headers: Any) -> set[str]:
    """The header x-oauth-scopes; empty: Slack told none."""
    told = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    return {scope.strip() for scope in str(told).split(",") if scope.strip()}


def _looked_at(channel: Channel) -> bool:
    """Direct messages, by D… or a user's id, need no invitation and are not looked up."""
    return split(channel.address)[1][:1] in ("C", "G")


_INVITE = "Type /invite @Dealwire in the channel."
