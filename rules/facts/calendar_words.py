"""Words of the calendar in English, Hindi and Russian, folded as `words.fold` does.

Tables only; dates.py reads them. In tables of beginnings, a cue that ends in "_" is a whole word.
"""

from __future__ import annotations

from typing import Final

from rules.facts.folding import fold, folded

_MONTHS = """
january जनवरी|february फरवरी फ़रवरी|march मार्च|april अप्रैल अप्रेल|may मई|june जून|july जुलाई|august अगस्त
september सितंबर सितम्बर|october अक्टूबर अक्तूबर|november नवंबर नवम्बर|december दिसंबर दिसम्बर
"""
_RU_STEMS = folded("январ феврал март апрел май июн июл август сентябр октябр ноябр декабр")
_RU_ENDINGS = ("", "а", "я", "ь", "е", "ю", "у", "ем", "ом")
_SHORT = """
jan янв|feb фев|mar мар|apr апр||jun июн|jul июл|aug авг|sep sept сен сент|oct окт|nov ноя нояб|dec дек
"""
_WEEKDAYS = """
monday понедельник सोमवार|tuesday вторник मंगलवार|wednesday среду बुधवार|thursday четверг गुरुवार बृहस्पतिवार वीरवार
friday пятницу शुक्रवार|saturday субботу शनिवार|sunday воскресенье रविवार
"""


def _rows(block: str) -> list[list[str]]:
    return [[fold(word) for word in row.split()] for row in block.strip().replace("\n", "|").split("|")]


def _russian_months() -> dict[str, int]:
    forms = {stem + ending: at for at, stem in enumerate(_RU_STEMS, 1) for ending in _RU_ENDINGS}
    return forms | {"мая": 5, "мае": 5, "маю": 5, "маем": 5}


# Months by their full name: enough alone ("in July").
MONTHS: Final = {word: at for at, row in enumerate(_rows(_MONTHS), 1) for word in row} | _russian_months()
# Shortened months: only beside a number ("22 Mar 25", "Feb. 18").
SHORT_MONTHS: Final = {word: at for at, row in enumerate(_rows(_SHORT), 1) for word in row}
# Months that are common English words too: only after a preposition or beside a number.
AMBIGUOUS_MONTHS: Final = frozenset(("may", "march"))
MONTH_PREPOSITIONS: Final = frozenset(
    folded("""
    in by since until till from of last next this early late mid end before after during between
    and to
""")
)
WEEKDAYS: Final = {word: at for at, row in enumerate(_rows(_WEEKDAYS)) for word in row}  # Monday is 0

AND: Final = frozenset(folded("and or to и или по और या से"))
# Phrases before the number of an Indian fiscal year; longer ones first.
FISCAL: Final = (("fiscal", "year"), ("financial", "year"), (fold("वित्त"), fold("वर्ष")), ("fiscal",), ("fy",))


def _phrases(unit: str, shift: int, *phrases: str) -> dict[tuple[str, ...], tuple[str, int]]:
    return {folded(phrase): (unit, shift) for phrase in phrases}


def _russian(unit: str, shift: int, adjectives: str, nouns: str) -> dict[tuple[str, ...], tuple[str, int]]:
    return {(adjective, noun): (unit, shift) for adjective in adjectives.split() for noun in nouns.split()}


_NEXT_RU = "следующем следующего следующему следующий будущем будущего будущему"
_LAST_RU = "прошлом прошлого прошлому прошлый минувшем минувшего прошедшем"
_THIS_RU = "этом этого этому этот нынешнем нынешнего текущем текущего текущему"
_YEAR_RU, _MONTH_RU = "году года год", "месяце месяца месяц"

# Phrases -> unit ("year", "month", "fiscal", "day") and how many of them from the day of publication.
RELATIVE: Final = {
    **_phrases("year", 1, "next year", "coming year", "अगले साल", "अगले वर्ष", "आगामी वर्ष", "आने वाले साल", "через год"),
    **_phrases("year", -1, "last year", "previous year", "पिछले साल", "पिछले वर्ष", "बीते साल", "बीते वर्ष", "गत वर्ष"),
    **_phrases("year", 0, "this year", "current year", "year end", "end of the year", "end of year", "year s end"),
    **_phrases("year", 0, "इस साल", "इस वर्ष", "इसी साल", "इसी वर्ष", "मौजूदा साल", "साल के अंत", "वर्ष के अंत"),
    **_phrases("year", 0, "конца года", "концу года", "конце года", "साल के आखिर", "वर्ष के आखिर"),
    **_phrases("month", 1, "next month", "coming month", "अगले महीने", "अगले माह", "आगामी माह"),
    **_phrases("month", -1, "last month", "previous month", "पिछले महीने", "पिछले माह", "बीते महीने", "गत माह"),
    **_phrases("month", 0, "this month", "इस महीने", "इस माह", "इसी महीने", "इसी माह"),
    **_phrases("fiscal", 1, "next fiscal", "next financial year", "अगले वित्त वर्ष"),
    **_phrases("fiscal", 0, "this fiscal", "current fiscal", "this financial year", "current financial year"),
    **_phrases("fiscal", 0, "चालू वित्त वर्ष", "मौजूदा वित्त वर्ष", "इस वित्त वर्ष"),
    **_phrases("fiscal", -1, "last fiscal", "last financial year", "पिछले वित्त वर्ष"),
    **_phrases("day", 0, "today", "сегодня"),
    **_phrases("day", -1, "yesterday", "вчера"),
    **_phrases("day", 1, "tomorrow", "завтра"),
    **_russian("year", 1, _NEXT_RU, _YEAR_RU),
    **_russian("year", -1, _LAST_RU, _YEAR_RU),
    **_russian("year", 0, _THIS_RU, _YEAR_RU),
    **_russian("month", 1, _NEXT_RU, _MONTH_RU),
    **_russian("month", -1, _LAST_RU, _MONTH_RU),
    **_russian("month", 0, _THIS_RU, _MONTH_RU),
}
# First words of those phrases -> how long they may be, longest first.
RELATIVE_STARTS: Final = {
    first: sorted({len(phrase) for phrase in RELATIVE if phrase[0] == first}, reverse=True)
    for first in dict.fromkeys(phrase[0] for phrase in RELATIVE)
}
# "in December of the same year": the year last named.
SAME_YEAR: Final = frozenset(
    folded(phrase)
    for phrase in (
        "the same year",
        "of that year",
        "that year",
        "того же года",
        "том же году",
        "उसी साल",
        "उसी वर्ष",
    )
)

SAME_YEAR_STARTS: Final = frozenset(phrase[0] for phrase in SAME_YEAR)

# What stands after four digits that are no year, by its beginning.
NOT_YEAR_AFTER: Final = folded("""
    km_ kilomet metre meter hours hrs_ kg_ tonne ton_ tons_ percent per_ mm_ hp_ rpm_ feet ft_ crore lakh
    million billion км килом метр тонн кг процент мм руб_ рубл долл рупи часов_ миллион миллиард тыс млн
    млрд करोड लाख किमी किलोमीटर मीटर टन किग्रा फीसदी प्रतिशत रुपये रुपए रुपय डॉलर हजार
""")
# And before them: names that end in a number.
NOT_YEAR_BEFORE: Final = frozenset(
    folded("""
    mirage project type yard article section resolution проект проекта проекту № मिराज प्रोजेक्ट
    rs inr usd
""")
)
IN_YEAR: Final = frozenset(folded("in by since until till before after during в во до к с от после"))
YEAR_SUFFIXES_RU: Final = frozenset(folded("го м й ом му"))  # 2018-го; "1990-х" are a decade

DUE: Final = folded("""
    due_ expected deadline schedul target complet deliver induct arriv slip_ slipped slips_ slated likely
    will_ would_ planned handover receive ready срок ожида планир должн будет будут заверш постав
    передад передать получит सौंप मिल डिलीवरी आपूर्ति उम्मीद पूरा पूरी संभावना लक्ष्य
""")
# Done, unless "be" stands before: "delivered in 2021" is an event, "to be delivered in 2026" is due.
DONE: Final = folded("""
    delivered handed inducted arrived received completed commissioned deployed поставил
    поставлен передал передан получил завершил शामिल सौंपा सौंपी सौंपे मिला मिली मिले
""")
NOT_YET: Final = frozenset(folded("be быть будут будет"))
DUE_BEFORE: Final = frozenset(folded("by until till before к до позднее"))
# What may stand between such a word and its date: "by the end of", "к середине", "के अंत".
DEADLINE_PARTS: Final = frozenset(
    folded("""
    the end of mid middle early late start beginning first second half third fourth quarter year fiscal financial
    концу конца середине середины началу начала первой второй половине половины полугодию полугодия квартала
    के की अंत आखिर मध्य शुरुआत में साल वर्ष
""")
)
DUE_AFTER: Final = frozenset(folded("तक"))
SIGNED: Final = folded("""
    sign_ signs_ signed signing signat inked contract deal agreement pact agreed conclud mou подпис контракт
    соглашен договор сделк заключ हस्ताक्षर अनुबंध समझौत करार सौद सौदे दस्तखत
""")
EVENT: Final = folded("""
    met_ meet meeting visit summit talks held commission said told announced crash attack arriv
    ratif vote show визит встреч саммит переговор сообщ заяви состоя прош выстав катастроф
    ратифи बैठक दौर मुलाकात यात्रा सम्मेलन बताया कहा हादस शामिल
""")
FUTURE: Final = folded("""
    will_ would_ due_ expected upcoming ahead scheduled slated likely plan_ plans_ plann set_ next coming будет
    будут ожида планир предстоя намеч होगा होगी होंगे आगामी उम्मीद आएंगे मिलेंग
""")
PAST: Final = folded("""
    signed was_ were_ met_ held said told ago had_ inked last earlier since ratified crashed killed
    подписал подписан состоял сообщил заявил был прошл हुआ हुई हुए था_ थी_ थे_ किया की_ गई गए
""")
