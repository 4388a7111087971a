"""Makes a `Config` of a TOML file and environment variables, or tells everything that is wrong with them.

The environment wins over the file: DEALWIRE_TELEGRAM__TOKEN sets `token` of `[telegram]`, and so for every
key. Names under the prefix that fit no key are refused as misspelt; DEALWIRE_TEST_* is left to the tests.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, SettingsError

from bot.config import places
from bot.config.sections import SLACK_OAUTH, Config

PREFIX = "DEALWIRE_"
DELIMITER = "__"
RESERVED = "DEALWIRE_TEST_"

_EXPECTED = {  # pydantic's error types in the words of somebody who writes TOML
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list in [ ]",
    "model_type": "a table",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with the configuration."""

    path: str  # the file, or "environment"
    line: int | None  # in the file, from 1; None: not from a file, or not on a line
    key: str  # "polling.interval_minutes", or the variable's name; "" for the file as a whole
    message: str  # what was found, what was expected, the nearest spelling; never a secret

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return ": ".join(part for part in (place, self.key, self.message) if part)


class ConfigError(Exception):
    """The configuration cannot be used; the operator mends what `problems` lists and starts again."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems  # at least one; those of the file first, by line
        self.path, self.line = problems[0].path, problems[0].line
        self.key, self.message = problems[0].key, problems[0].message


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """The configuration in `path` (None: defaults only) with `environ` over it.

    A relative database file or pack folder is taken from the folder of `path`. Raises ConfigError.
    """
    text, written = _read(path) if path else ("", {})
    here = _Writing(path=str(path) if path else "defaults", lines=places.lines_of(text))
    given, environment_problems = _from_environment(environ)
    problems = [*_problems_of_file(written, here), *environment_problems]
    if problems:
        raise ConfigError(tuple(problems))
    config = Config.model_validate(_over(written, given))
    if problems := _contradictions(config, here):
        raise ConfigError(tuple(problems))
    if config.own and path:
        config = config.model_copy(update={"own": config.own.written_in(str(path), text)})
    return _resolved(config, (path.parent if path else Path()).absolute())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    """The file as it was written, for telling where."""

    path: str
    lines: dict[places.Path, int]

    def problem(self, loc: places.Path, message: str) -> Problem:
        return Problem(path=self.path, line=places.line_of(self.lines, loc), key=_dotted(loc), message=message)


# --- the file ----------------------------------------------------------------------------------------


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        message = "no such file; copy config.example.toml to it, or name another with --config"
        raise _whole_file(path, message) from error
    except UnicodeDecodeError as error:
        raise _whole_file(path, "not a text in UTF-8; save it in that encoding") from error
    except OSError as error:
        raise _whole_file(path, f"cannot be read: {error.strerror}") from error
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at_line = re.search(r"at line (\d+)", str(error))
        # A text cut short is reported "at end of document", that is on the last line with something in it.
        line = int(at_line[1]) if at_line else len(text.rstrip().split("\n"))
        raise _whole_file(path, f"not TOML: {error}", line) from error


def _whole_file(path: Path, message: str, line: int | None = None) -> ConfigError:
    return ConfigError((Problem(path=str(path), line=line, key="", message=message),))


def _problems_of_file(written: dict[str, Any], here: _Writing) -> list[Problem]:
    try:
        # Strict, so that port = "8787" is refused; by way of JSON, since there a list may become a tuple.
        Config.model_validate_json(json.dumps(written, default=str), strict=True)
    except ValidationError as error:
        found = [here.problem(details["loc"], _words(details)) for details in _details(error)]
        return sorted(found, key=lambda problem: problem.line or 0)
    return []


# --- the environment ---------------------------------------------------------------------------------


class _Environment(Config, BaseSettings):
    """Names the prefix and the delimiter for pydantic-settings; never made."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter=DELIMITER, env_ignore_empty=True)


class _Given(EnvSettingsSource):
    """pydantic-settings' reading of variables, from a mapping that is handed in."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(_Environment)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._environ.items() if value}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Lists are JSON, those of texts may also be given as a,b,c; all else is the text itself."""
        if get_origin(getattr(field, "annotation", field)) is not tuple:
            return value
        if value.lstrip()[:1] not in ("[", "{"):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return super().decode_complex_value(field_name, field, value)


def _from_environment(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    known = {_variable(path): path for path in key_paths(Config)}
    ours = {n: v for n, v in environ.items() if n.startswith(PREFIX) and not n.startswith(RESERVED)}
    given: dict[str, Any] = {}
    problems: list[Problem] = []
    for name in sorted(ours):
        if name not in known:
            problems.append(_variable_problem(name, "no such setting" + _nearest(name, list(known))))
            continue
        try:
            values = _Given({name: ours[name]})()
            Config.model_validate(values)
        except SettingsError:
            problems.append(_variable_problem(name, "found a text that is no JSON, expected a list in JSON"))
        except ValidationError as error:
            problems += [_variable_problem(name, _words(details)) for details in _details(error)]
        else:
            given = _over(given, values)
    return given, problems


def _variable(path: tuple[str, ...]) -> str:
    return PREFIX + DELIMITER.join(path).upper()


def _variable_problem(name: str, message: str) -> Problem:
    return Problem(path="environment", line=None, key=name, message=message)


def _over(low: dict[str, Any], high: dict[str, Any]) -> dict[str, Any]:
    """`low` with the keys of `high` put over it, table by table."""
    both = {k for k in high if isinstance(low.get(k), dict) and isinstance(high[k], dict)}
    return {**low, **high, **{key: _over(low[key], high[key]) for key in both}}


# --- the whole ---------------------------------------------------------------------------------------


def _contradictions(config: Config, here: _Writing) -> list[Problem]:
    """What only shows when file and environment are laid together."""
    problems: list[Problem] = []
    given = {key for key in ("bot_token", "app_token") if config.slack.given(key)}
    for missing in {"bot_token", "app_token"} - given if given else ():
        message = f"missing; Slack needs both tokens and only {given.copy().pop()} is there"
        problems.append(here.problem(("slack", missing), message))
    of_oauth = [key for key in SLACK_OAUTH if config.slack.given(key)]
    for missing in [key for key in SLACK_OAUTH if key not in of_oauth] if of_oauth else ():
        message = f"missing; many workspaces need {', '.join(SLACK_OAUTH)}, and {', '.join(of_oauth)} is there"
        problems.append(here.problem(("slack", missing), message))
    if given and of_oauth:
        message = "either the two tokens of one workspace, or OAuth for many: take one of the two away"
        problems.append(here.problem(("slack", of_oauth[0]), message))
    if config.slack.by_oauth and not config.web.enabled:
        message = "Slack calls the page of [web] when it serves many workspaces: set web.enabled = true"
        problems.append(here.problem(("web", "enabled"), message))
    given |= set(of_oauth)
    on = {"telegram": config.telegram.enabled, "slack": config.slack.enabled, "console": config.console.enabled}
    for index, subscription in enumerate(config.subscriptions):
        platform = subscription.channel.platform
        if not on[platform] and not (platform == "slack" and given):
            need = {"telegram": "telegram.token", "slack": "slack.bot_token and slack.app_token"}
            message = f"found {subscription.channel.key}, but {platform} is off"
            message += f"; set {need[platform]}" if platform in need else "; set console.enabled"
            problems.append(here.problem(("subscriptions", index, "channel"), message))
    first: dict[str, int] = {}
    for index, feed in enumerate(config.feeds):
        if first.setdefault(feed.url, index) != index:
            message = f"the same address as feeds[{first[feed.url]}]; one of the two is enough"
            problems.append(here.problem(("feeds", index, "url"), message))
    return problems


def _resolved(config: Config, folder: Path) -> Config:
    """The configuration with its relative files taken from `folder`."""
    url = config.database.url.get_secret_value()
    if url.startswith("sqlite:///"):
        url = f"sqlite:///{folder / url.removeprefix('sqlite:///')}"
    packs = tuple(str(folder / pack) if "/" in pack else pack for pack in config.packs)
    database = config.database.model_copy(update={"url": SecretStr(url)})
    return config.model_copy(update={"database": database, "packs": packs})


# --- words -------------------------------------------------------------------------------------------


def key_paths(model: type[BaseModel]) -> list[tuple[str, ...]]:
    """Every key that can be set, e.g. ("polling", "timeout_s"); a list of tables counts as one key."""
    paths: list[tuple[str, ...]] = []
    for name, field in model.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            paths += [(name, *path) for path in key_paths(section)]
        else:
            paths.append((name,))
    return paths


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_context=True)


def _words(details: ErrorDetails) -> str:
    """What was found and expected; the found value is told only where it cannot be a secret."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return "no such key" + _nearest_key(details["loc"])
    if kind == "missing":
        return "missing, and needed here"
    if kind == "value_error":
        return str(context["error"])
    expected = _EXPECTED.get(kind) or details["msg"].removeprefix("Input should be ")
    return f"found {_shown(details)}, expected {expected}"


def _shown(details: ErrorDetails) -> str:
    value = details["input"]
    secret = any(part in ("telegram", "slack", "database") for part in details["loc"])
    kinds = {
        str: "a text",
        bool: "a truth value",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: "a table",
    }
    kind = kinds.get(type(value), "something else")
    if secret or isinstance(value, list | dict):
        return kind
    return f"{kind}, {json.dumps(value, ensure_ascii=False)[:80]}"


def _nearest_key(loc: places.Path) -> str:
    """Words that point to the key that was meant: in the same table, or the same name in another one."""
    *parents, last = loc
    model: type[BaseModel] | None = Config
    for part in parents:
        model = _section(model, part) if model else None
    siblings = list(model.model_fields) if model else []
    if hint := _nearest(str(last), siblings):
        return hint
    elsewhere = [_dotted(path) for path in key_paths(Config) if path[-1] == last]
    if elsewhere:
        return f"; there is {' and '.join(elsewhere)}: is it under the right [section]?"
    return f"; here can be {', '.join(siblings)}" if siblings else ""


def _section(model: type[BaseModel], part: str | int) -> type[BaseModel] | None:
    """The model under `part`; an index leads from a list of tables to its tables, which share one model."""
    if isinstance(part, int):
        return model
    annotation = model.model_fields[part].annotation if part in model.model_fields else None
    candidate = get_args(annotation)[0] if get_origin(annotation) is tuple else annotation
    return candidate if isinstance(candidate, type) and issubclass(candidate, BaseModel) else None


def _nearest(name: str, candidates: list[str]) -> str:
    close = difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _dotted(loc: places.Path) -> str:
    """("feeds", 0, "url") -> "feeds[0].url"."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")
