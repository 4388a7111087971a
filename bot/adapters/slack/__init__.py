"""Slack by Web API and Socket Mode. Importing it imports slack_bolt, most of a second."""

from bot.adapters.slack.adapter import SlackAdapter
from bot.adapters.slack.allowances import PER_CHANNEL, PER_WORKSPACE
from bot.adapters.slack.examination import examine_oauth, examine_tokens
from bot.adapters.slack.installations import reseal
from bot.adapters.slack.manifest import manifest
from bot.adapters.slack.sealing import new_key

__all__ = [
    "PER_CHANNEL",
    "PER_WORKSPACE",
    "SlackAdapter",
    "examine_oauth",
    "examine_tokens",
    "manifest",
    "new_key",
    "reseal",
]
