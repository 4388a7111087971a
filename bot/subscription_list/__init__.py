"""The subscriptions of a chat: listed in pages, searched, edited, paused, resumed, ended, and brought back.

By commands with their numbers in the list, and by buttons with their ids.
"""

from bot.subscription_list.answers import SubscriptionList

__all__ = ["SubscriptionList"]
