"""Stories: many reports of one event become one story, and a story becomes an alert that later reports change. All
pure."""

from bot.stories.alerts import alert_for, correction_reply, importance_of, version_of
from bot.stories.cards import card_in, name_in
from bot.stories.cluster import WINDOW, RecentStories, assimilate, denied_long_ago
from bot.stories.summary import summarise
from bot.stories.telling import Telling, tell
from bot.stories.updates import LINK_WINDOW, REPLY_WINDOW, rings
from bot.stories.wording import fact_words

__all__ = [
    "LINK_WINDOW",
    "REPLY_WINDOW",
    "WINDOW",
    "RecentStories",
    "Telling",
    "alert_for",
    "assimilate",
    "card_in",
    "correction_reply",
    "denied_long_ago",
    "fact_words",
    "importance_of",
    "name_in",
    "rings",
    "summarise",
    "tell",
    "version_of",
]
