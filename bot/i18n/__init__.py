"""The interface's own words in English, Hindi and Russian: gettext catalogues, read by Babel.

    words = words_in("ru")
    words.say("Subscribed: this chat now gets {what}.", what="s-400")
    words.count("{n} alert", "{n} alerts", 5)

English is written in the code; `hi.po` and `ru.po` beside this file hold the others, and a test finds every
text that is missing there. Foreign texts (headlines, quotes, what a person typed) are values, never looked up.
"""

from bot.i18n.words import LANGUAGES, Language, Words, language_of, later, later_count, words_in

__all__ = ["LANGUAGES", "Language", "Words", "language_of", "later", "later_count", "words_in"]
