"""The feeds as data: list, add, remove, test, import, export; the same for the command line and the chat."""

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.tester import FeedTester
from bot.catalogue.values import KINDS, CatalogueError, Configured, Listed, Tested, Wish
from bot.catalogue.words import health_said, is_well, last_item_said, name_of, shown

__all__ = [
    "KINDS",
    "Catalogue",
    "CatalogueError",
    "Configured",
    "FeedTester",
    "Listed",
    "Tested",
    "Wish",
    "health_said",
    "is_well",
    "last_item_said",
    "name_of",
    "shown",
]
