"""Stories: many reports of one event become one story, and a story becomes an alert. All pure."""

from bot.stories.alerts import alert_for, importance_of
from bot.stories.cluster import WINDOW, RecentStories, assimilate
from bot.stories.summary import summarise

__all__ = ["WINDOW", "RecentStories", "alert_for", "assimilate", "importance_of", "summarise"]
