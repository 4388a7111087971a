"""Slack by Web API and Socket Mode. Importing it imports slack_bolt, most of a second."""

from bot.adapters.slack.adapter import OVERALL, PER_CHANNEL, SlackAdapter

__all__ = ["OVERALL", "PER_CHANNEL", "SlackAdapter"]
