"""What can be configured: a frozen model for each section of config.toml, with units, ranges and defaults.

Defaults give a bot that needs no account: the pack's feeds, alerts in the terminal, a SQLite file. What the
keys mean to an operator is written in config.example.toml; a test keeps the two alike.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit, urlunsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    SecretStr,
    model_validator,
)

from bot.config.own import Own
from bot.model import Channel, FirstRead, Via

SLACK_OAUTH = ("client_id", "client_secret", "signing_secret", "token_key", "public_url")
"""The keys that make Slack serve many workspaces; all of them or none."""

MINUTES_A_WEEK = 7 * 24 * 60
# What polling itself decides of a request.
_OUR_HEADERS = re.compile(
    r"host|connection|content-length|transfer-encoding|accept-encoding|range|a-im|if-none-match|if-modified-since"
    r"|te|trailer|upgrade|expect|proxy-.*",
    re.IGNORECASE,
)


def _channel(value: object) -> Channel:
    if isinstance(value, Channel):
        return value
    if not isinstance(value, str):
        raise ValueError(f"found {value!r}, expected a text such as telegram:-1001234 or slack:C012AB3CD")
    return Channel.parse(value)


def _optional_channel(value: object) -> Channel | None:
    return None if value is None or value == "" else _channel(value)


def _http_url(value: str) -> str:
    if urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname:
        raise ValueError("expected an address that begins with http:// or https://")
    return value


def _host_port(value: str) -> str:
    parts = urlsplit(f"//{value}")
    try:
        complete = bool(parts.hostname and parts.port) and parts.netloc == value and "@" not in value
    except ValueError:  # a port out of range or not a number
        complete = False
    if not complete:
        raise ValueError(f"found {value!r}, expected HOST:PORT, for example 127.0.0.1:8080")
    return value


def _database_url(secret: SecretStr) -> SecretStr:
    url = secret.get_secret_value()
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///") and ":memory:" not in url:
        return secret
    if url.startswith("postgresql://") and urlsplit(url).path.strip("/"):
        return secret
    raise ValueError("expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")


def _proxy(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    parts = urlsplit(text)
    schemes = ("http", "https", "socks5", "socks5h", "socks4", "socks4a")
    try:
        complete = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        complete = False
    if text and (not complete or parts.path.strip("/") or parts.query):
        raise ValueError("expected SCHEME://[USER:PASSWORD@]HOST:PORT with http, https, socks5, socks5h or socks4a")
    return secret


def _header(secret: SecretStr) -> SecretStr:
    name, colon, value = secret.get_secret_value().partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name) or not value.strip().isprintable():
        raise ValueError("expected NAME: VALUE, for example Authorization: Bearer abc")
    if _OUR_HEADERS.fullmatch(name):
        raise ValueError(f"{name} is for polling itself to decide")
    return secret


def _telegram_token(secret: SecretStr) -> SecretStr:
    number, colon, rest = secret.get_secret_value().partition(":")
    if secret.get_secret_value() and not (number.isdecimal() and colon and rest and not rest.isspace()):
        raise ValueError("expected the token that @BotFather gave, of the form 123456:ABC-DEF")
    return secret


def _https(url: str) -> str:
    if url and not url.startswith("https://"):
        raise ValueError("expected an address that begins with https://, since chat platforms call no other")
    return url


def _fernet_keys(secret: SecretStr) -> SecretStr:
    keys = secret.get_secret_value().split(",")
    if secret.get_secret_value() and not all(re.fullmatch(r"[A-Za-z0-9_-]{43}=", key.strip()) for key in keys):
        raise ValueError("expected a key as `dealwire slack key` makes it, or several with commas, the newest first")
    return secret


def _slack_token(prefix: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        if secret.get_secret_value() and not secret.get_secret_value().startswith(prefix):
            raise ValueError(f"expected a token that begins with {prefix}")
        return secret

    return AfterValidator(check)


ChannelKey = Annotated[Channel, PlainValidator(_channel), PlainSerializer(lambda channel: channel.key)]
OptionalChannelKey = Annotated[
    Channel | None,
    PlainValidator(_optional_channel),
    PlainSerializer(lambda channel: channel.key if channel else ""),
]
ProxyUrl = Annotated[SecretStr, AfterValidator(_proxy)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
HostPort = Annotated[str, AfterValidator(_host_port)]
Minutes = Annotated[float, Field(gt=0, le=MINUTES_A_WEEK, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Database(_Section):
    url: Annotated[SecretStr, AfterValidator(_database_url)] = SecretStr("sqlite:///dealwire.db")

    @property
    def without_password(self) -> str:
        """The URL as it may be shown."""
        parts = urlsplit(self.url.get_secret_value())
        if parts.password is None:
            return self.url.get_secret_value()
        netloc = f"{parts.username}:***@{parts.netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=netloc, query=""))


class Polling(_Section):
    interval_minutes: Minutes = 5.0
    min_interval_minutes: Annotated[float, Field(ge=1, le=MINUTES_A_WEEK, allow_inf_nan=False)] = 2.0
    max_interval_minutes: Annotated[float, Field(ge=1, le=MINUTES_A_WEEK, allow_inf_nan=False)] = 60.0
    silence_alarm: bool = True
    first_read: FirstRead = "baseline"
    allow_private: tuple[HostPort, ...] = ()
    per_host_gap_s: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 1.0
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 32
    timeout_s: Seconds = 30.0
    max_megabytes: Annotated[float, Field(gt=0, le=256, allow_inf_nan=False)] = 8.0
    contact: str = ""
    parse_workers: Annotated[int, Field(ge=1, le=64)] = 1
    proxy: ProxyUrl = SecretStr("")

    @model_validator(mode="after")
    def _interval_in_order(self) -> Self:
        if self.min_interval_minutes > self.max_interval_minutes:
            raise ValueError("min_interval_minutes is more than max_interval_minutes")
        return self


class OwnFeed(_Section):
    """A feed of the operator's; None stands for what [polling] or the feed itself says."""

    url: HttpUrl
    title: str | None = None
    lang: Literal["en", "hi", "ru"] | None = None
    kind: Literal["official", "wire", "press", "aggregator", "blog", "think tank"] = "press"  # as in the packs
    tier: Annotated[int, Field(ge=1, le=5)] = 3
    interval_minutes: Minutes | None = None
    first_read: FirstRead | None = None
    via: Via | None = None  # None: a feed, or a Telegram channel's preview where the address is one
    link_prefix: str = ""
    proxy: ProxyUrl | None = None  # "": none, whatever [polling] says
    headers: tuple[Annotated[SecretStr, AfterValidator(_header)], ...] = ()

    @property
    def header_values(self) -> tuple[tuple[str, str], ...]:
        """(name, value) of each of its headers; secrets."""
        parts = (header.get_secret_value().partition(":") for header in self.headers)
        return tuple((name, value.strip()) for name, _, value in parts)


class FullText(_Section):
    """Reading the articles behind thin summaries."""

    enabled: bool = True
    per_poll: Annotated[int, Field(ge=1, le=50)] = 5
    budget_s: Annotated[float, Field(gt=0, le=60, allow_inf_nan=False)] = 20.0  # a feed's lease is 120 s


class Delivery(_Section):
    give_up_after_hours: Annotated[float, Field(gt=0, le=30 * 24, allow_inf_nan=False)] = 72.0
    lease_s: Seconds = 120.0
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 256  # most of them wait for their turn


class Console(_Section):
    enabled: bool = True
    colour: Literal["auto", "always", "never"] = "auto"


class Telegram(_Section):
    token: Annotated[SecretStr, AfterValidator(_telegram_token)] = SecretStr("")
    base_url: HttpUrl = "https://api.telegram.org"
    poll_timeout_s: Annotated[int, Field(ge=0, le=50)] = 30  # getUpdates clamps it to 50 s
    webhook_url: Annotated[Literal[""] | HttpUrl, AfterValidator(_https)] = ""
    messages_per_second: Annotated[int, Field(ge=1, le=1000)] = 30  # 1000: the most with paid broadcasts
    chat_burst: Annotated[int, Field(ge=1, le=20)] = 3
    group_messages_per_minute: Annotated[int, Field(ge=1, le=60)] = 20
    paid_broadcast: bool = False

    @property
    def enabled(self) -> bool:
        return bool(self.token.get_secret_value())


class Slack(_Section):
    bot_token: Annotated[SecretStr, _slack_token("xoxb-")] = SecretStr("")
    app_token: Annotated[SecretStr, _slack_token("xapp-")] = SecretStr("")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")
    token_key: Annotated[SecretStr, AfterValidator(_fernet_keys)] = SecretStr("")  # the first one seals, all open
    public_url: Annotated[Literal[""] | HttpUrl, AfterValidator(_https)] = ""
    who_may_change: Literal["members", "admins"] = "members"
    messages_per_minute: Annotated[int, Field(ge=1, le=10_000)] = 300  # in one workspace
    channel_burst: Annotated[int, Field(ge=1, le=20)] = 2  # in as many seconds
    base_url: HttpUrl = "https://slack.com/api/"

    @property
    def enabled(self) -> bool:
        return self.by_tokens or self.by_oauth

    @property
    def by_tokens(self) -> bool:
        """One workspace, over Socket Mode."""
        return bool(self.given("bot_token") and self.given("app_token"))

    @property
    def by_oauth(self) -> bool:
        """Many workspaces, over HTTP."""
        return all(self.given(key) for key in SLACK_OAUTH)

    def given(self, key: str) -> str:
        """The key's value as text, a secret's too; "" when it is not set."""
        value = getattr(self, key)
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


class Access(_Section):
    mode: Literal["closed", "approval", "open"] = "closed"
    allowed_chats: tuple[ChannelKey, ...] = ()
    operator_chat: OptionalChannelKey = None
    lookups_per_minute: Annotated[int, Field(ge=1, le=1000)] = 20


class ExchangeRates(_Section):
    refresh: bool = True


class OwnSubscription(_Section):
    channel: ChannelKey
    filter: str = ""


class Web(_Section):
    enabled: bool = True
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8787  # 0: any free one
    public_url: Literal[""] | HttpUrl = ""


class Log(_Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Config(_Section):
    """Everything the operator decides. `load` makes it from a file; tests and the demo make it directly."""

    packs: Annotated[tuple[str, ...], Field(min_length=1)] = ("india_russia",)
    default_feeds: bool = True
    database: Database = Database()
    polling: Polling = Polling()
    feeds: tuple[OwnFeed, ...] = ()
    fulltext: FullText = FullText()
    delivery: Delivery = Delivery()
    console: Console = Console()
    telegram: Telegram = Telegram()
    slack: Slack = Slack()
    access: Access = Access()
    subscriptions: tuple[OwnSubscription, ...] = ()
    own: Own = Own()
    rates: ExchangeRates = ExchangeRates()
    web: Web = Web()
    log: Log = Log()

    @property
    def allowed(self) -> frozenset[Channel]:
        """The channels the bot answers in: those named, those subscribed here, and the operator's."""
        operator = (self.access.operator_chat,) if self.access.operator_chat else ()
        subscribed = tuple(subscription.channel for subscription in self.subscriptions)
        return frozenset((*self.access.allowed_chats, *subscribed, *operator))

    def secrets(self) -> tuple[str, ...]:
        """The texts that must appear nowhere: tokens and the database's password; empty ones left out."""
        found = (
            self.telegram.token.get_secret_value(),
            self.slack.bot_token.get_secret_value(),
            self.slack.app_token.get_secret_value(),
            self.slack.client_secret.get_secret_value(),
            self.slack.signing_secret.get_secret_value(),
            *(key.strip() for key in self.slack.token_key.get_secret_value().split(",")),
            urlsplit(self.database.url.get_secret_value()).password or "",
            *(urlsplit(proxy.get_secret_value()).password or "" for proxy in self._proxies()),
            *(urlsplit(own.url).password or "" for own in self.feeds),
            *(value for own in self.feeds for name, value in own.header_values if name.lower() != "user-agent"),
        )
        return tuple(secret for secret in found if secret)

    def _slack_told(self) -> str:
        if self.slack.by_oauth:
            return f"on, many workspaces, install at {self.slack.public_url.rstrip('/')}/slack/install"
        return f"on, at {self.slack.base_url}" if self.slack.enabled else "off: no tokens"

    def _proxies(self) -> list[SecretStr]:
        return [self.polling.proxy, *(own.proxy for own in self.feeds if own.proxy is not None)]

    def describe(self, default_feeds: int | None = None) -> list[tuple[str, str]]:
        """What will run, as rows of (subject, words), no secrets in them.

        `default_feeds` is how many feeds the packs bring; None: not known here.
        """
        brought = "the packs' default feeds" if default_feeds is None else f"{default_feeds} of the packs"
        feeds = ([brought] if self.default_feeds else []) + ([f"{len(self.feeds)} own"] if self.feeds else [])
        chats = ", ".join(sorted(channel.key for channel in self.allowed)) or "none: the bot answers nobody yet"
        rows = [
            ("packs", ", ".join(self.packs)),
            *([("own entries", self.own.told())] if self.own else []),
            ("feeds", " and ".join(feeds) or "none: nothing will be polled"),
            ("polling", f"every {self.polling.interval_minutes:g} min, first read: {self.polling.first_read}"),
            ("database", self.database.without_password),
            ("console", "on" if self.console.enabled else "off"),
            ("telegram", f"on, at {self.telegram.base_url}" if self.telegram.enabled else "off: no token"),
            ("slack", self._slack_told()),
            ("allowed chats", chats),
        ]
        rows += [
            ("subscription", f"{subscription.channel.key}: {subscription.filter or 'every alert'}")
            for subscription in self.subscriptions
        ]
        rows.append(("web", f"http://{self.web.host}:{self.web.port}/" if self.web.enabled else "off"))
        rows.append(("log", f"{self.log.level}, {self.log.format}"))
        return rows
