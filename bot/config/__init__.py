"""Configuration: a TOML file plus environment variables, checked whole before anything runs.

In: the path of a file and an environment. Out: one frozen `Config`, or a `ConfigError` that lists every
problem with its file, line, key and the nearest valid spelling. Nothing is read at import.
"""

from bot.config.load import ConfigError, Problem, load
from bot.config.own import Own, OwnAliases, OwnKeywords, OwnProgramme, OwnRule
from bot.config.sections import (
    Access,
    Config,
    Console,
    Database,
    Delivery,
    ExchangeRates,
    FullText,
    Log,
    OwnFeed,
    OwnSubscription,
    Polling,
    Slack,
    Telegram,
    Web,
)

__all__ = [
    "Access",
    "Config",
    "ConfigError",
    "Console",
    "Database",
    "Delivery",
    "ExchangeRates",
    "FullText",
    "Log",
    "Own",
    "OwnAliases",
    "OwnFeed",
    "OwnKeywords",
    "OwnProgramme",
    "OwnRule",
    "OwnSubscription",
    "Polling",
    "Problem",
    "Slack",
    "Telegram",
    "Web",
    "load",
]
