"""Words of grammar in three languages: who says so, how surely, and whether it happened, will or did not.

Tables and one lookup, `senses`. They hold for any topic; names of outlets, offices and steps of a deal are the
pack's. In tables of beginnings, a cue that ends in "_" is a whole word.
"""

from __future__ import annotations

from typing import Final

from rules.facts.folding import folded

NEGATION: Final = 1 << 0  # not, без, नहीं
HEDGE: Final = 1 << 1  # may, likely, планирует, संभव: it has not happened, and perhaps will not
FUTURE: Final = 1 << 2  # will, будет, होगा
OLD: Final = 1 << 3  # earlier, ранее, था: the clause tells what was before the news
PRICE: Final = 1 << 4  # worth, стоимостью, लागत
SAYING: Final = 1 << 5  # said, сообщил, कहा
BY_WORD_OF: Final = 1 << 6  # according (to), словам, मुताबिक
OFFICIAL: Final = 1 << 7  # ministry, парламент, नौसेना
FIRM: Final = 1 << 8  # company
OFFICE: Final = 1 << 9  # minister, глава, राजदूत: a person who speaks by name
UNNAMED: Final = 1 << 10  # sources, собеседник, सूत्रों
OUTLET: Final = 1 << 11  # newspaper, СМИ, रिपोर्ट
WEAK: Final = 1 << 12  # blogger, портал, विशेषज्ञ
OPENS: Final = 1 << 13  # which, но, जबकि: opens a clause of its own
TOTAL: Final = 1 << 14  # total, overall, в общей сложности, कुल
INFINITIVE: Final = 1 << 15  # to
STATEMENT: Final = 1 << 16  # release, statement, заявление, विज्ञप्ति
CLAIMING: Final = 1 << 17  # claims, утверждает, दावा
DEAL: Final = 1 << 18  # a noun that stands for what the paragraph is about: deal, jets, система
PLACING: Final = 1 << 19  # in, near, в: a country after it is a place
FOR: Final = 1 << 20  # for, для, लिए
BESIDE: Final = 1 << 21  # despite, after, из-за, के बीच: what stands with it is the circumstance, not the news

_BEGINNINGS: Final = {
    NEGATION: """
        not_ no_ never_ without_ neither_ nor_ none_ nothing cannot t_ yet_ не_ без_ нет_ ни_ никак_
        नहीं ना_ न_ बिना बगैर
    """,
    HEDGE: """
        may_ might_ could_ would_ likely unlikely expected expects expect_ set_ poised plan_ plans_
        planning planned intend hope hopes mull consider weigh keen wants_ want_ wish seek eyes_ eyeing
        ready_ due_ propos potential possible possibly probab about_ if_ should_ soon_ scheduled slated
        aims_ aim_ awaits_ prepar close_ near_ nears_ nearing closer_
        надеет надеют может могут мог_ могла могли возможн планир намер собира хоч
        хотел готов должн ожида предстоит вероятн рассчит якобы будто желает рассматрива попрос бы_ संभव
        संभाव सकत_ सकता सकती सकते उम्मीद तैयारी योजना चाहत चाहता चाहती इच्छुक विचार मांग जल्द शायद बाकी
    """,
    FUTURE: """
        will_ shall_ ll_ going_ next_ upcoming будет_ будут_ будущ следующ предстоящ होगा होगी होंगे
        होंगी आगामी अगले जाएगा जाएगी जाएंगे जाएंगी करेगा करेगी करेंगे मिलेगा मिलेगी मिलेंगे मिलेंगी देगा
        देगी देंगे बनेगा बनेगी बनेंगे आएगा आएगी आएंगे पाएगा पाएगी लेगा लेगी लेंगे सौंपेगा खरीदेगा
    """,
    OLD: """
        earlier_ previously ago_ already_ formerly originally initially recall background historically
        ранее_ раньше прежде_ напомн прежн первоначальн изначальн тогда_ पहले_ पूर्व_ था_ थी_ थे_ थीं_
        गौरतलब बता_
    """,
    PRICE: """
        worth_ cost_ costs_ costing valued value_ price priced pricing estimated estimate_ pay_ paid_
        sum_ tag_ outlay стоимост сумм цен_ цена цене цену оцен обойд стоит_ стоил लागत कीमत मूल्य राशि
        रकम मूल्यांकन
    """,
    SAYING: """
        said_ says_ say_ saying told_ tells_ announc stated noted notes_ adds_ added_ confirm reported_
        reports_ writes_ wrote_ quoted quotes_ quoting citing cited cites clarif explained remarked
        disclosed revealed informed dismiss denied denies deny_ refut rejected insist emphasi stressed
        сообщ заяв рассказ отмет отмеч объяв сказал говор подтверд подчерк пишет_ пишут_ писал передает_
        передают добав опроверг опроверж ссылаясь_ ссылкой_ информиру напомнил поясн уточн कहा_ बताया_
        बोले_ बोला_ पुष्टि घोषणा खंडन जानकारी_ लिखा_ कहना_ हवाले इनकार
    """,
    BY_WORD_OF: """
        according_ словам_ данным_ сообщению_ информации_ сведениям_ версии_ мнению_ утверждению_
        अनुसार_ मुताबिक_ हवाले_
    """,
    OFFICIAL: """
        ministry_ mod_ parliament lok_ rajya_ duma_ embassy government_ govt_ cabinet navy_
        army_ iaf_ pib_ force_ forces_ spokesman_service министерств минобороны мид_ госдум дум_ думы_
        совфед посольств правительств ввс_ вмс_ парламент ведомств मंत्रालय सरकार_ नौसेना_
        वायुसेना_ सेना_ संसद लोकसभा राज्यसभा पीआईबी_ दूतावास
    """,
    FIRM: """
        company_ firm_ corporation_ maker_ manufacturer_ shipyard_ yard_ компани корпораци концерн
        холдинг_ завод_ कंपनी कम्पनी
    """,
    OFFICE: """
        minister_ secretary_ ambassador envoy_ director chief_ head_ ceo_ cmd_ chairman chairperson
        spokesperson spokesman spokeswoman president_ premier_ admiral_ marshal_ general_ commander
        commodore founder deputy official_spokesperson министр замминистр глав_ глава_ главы_ замглав
        директор гендиректор посол_ посла_ президент_ представител секретар адмирал_ маршал_ генерал_
        основател руководител замести начальник спикер_ вице मंत्री_ सचिव_ राजदूत प्रवक्ता_ प्रमुख_
        अध्यक्ष_ निदेशक_ महानिदेशक_ राष्ट्रपति_ प्रधानमंत्री_ उपप्रमुख_ एडमिरल_ मार्शल_ जनरल_ सीईओ_
        रक्षामंत्री_
    """,
    UNNAMED: """
        source_ sources_ people_ persons_ insider_ insiders_ official_ officials_ officer_ officers_
        anonym unnamed источник собеседник анонимн सूत्र जानकार अधिकारी_ अधिकारियों_ लोगों_
    """,
    OUTLET: """
        newspaper daily_ agency_ report_ reports_ media_ magazine_ weekly_ channel_ paper_ portal_
        broadcaster website publication outlet газет агентств сми_ издани журнал_ журнала_ журналу_
        еженедельник телеканал публикац अखबार रिपोर्ट_ एजेंसी_ मीडिया_ समाचार_ चैनल_
    """,
    WEAK: """
        blog_ blogger bloggers youtuber youtube_ rumour rumor speculat unverified analyst analysts
        expert_ experts_ observers_ netizen blogs_ activist retired_ портал_ портала_ порталу_ блог_
        блогер эксперт аналитик телеграм паблик слух обозревател ब्लॉग यूट्यूब विशेषज्ञ विश्लेषक अटकल
        अपुष्ट
    """,
    OPENS: """
        which_ who_ whose_ whom_ while_ whereas but_ although though where_ and_ as_ after_ because
        since_ when_ however signed_ bought_ ordered_ inked_ struck_ agreed_ inducted_ delivered_
        commissioned_ purchased_ concluded_ подписанн заключенн купленн закупленн заказанн купившая_
        купивший_ которые_ который_ которая_ которое_ которого_ которой_ которую_ которых_ чтобы_ что_
        но_ а_ хотя_ однако_ где_ когда_ причем_ जो_ जिस_ जिसे_ जिसका जिसकी जिसके जिन_ जिनमें जिनके
        लेकिन_ मगर_ जबकि_ वहीं_ तथा_ हालांकि_ जहां_ क्योंकि_ और_
    """,
    TOTAL: """
        total_ totalling totaling overall_ combined_ altogether cumulative aggregate together_ package_
        basket совокупн общей_ общая_ общую_ итого_ пакет всего_ कुल_ समग्र
    """,
    INFINITIVE: "to_",
    STATEMENT: """
        statement_ release_ communique_ website_ bulletin_ reply_ post_ заявлени релиз сообщени_ пресс
        विज्ञप्ति बयान_ वक्तव्य_
    """,
    CLAIMING: "claim claims claimed alleg purport утвержда заявляют_ दावा दावे",
    DEAL: """
        deal_ contract_ agreement_ order_ purchase_ programme_ program_ project_ system_ systems_ jets_
        jet_ aircraft_ ships_ ship_ frigates_ helicopters_ missiles_ batch_ upgrade_ pact_ accord_
        machine_ machines_ boats_ vessels_ сделк контракт_ контракта_ договор соглашени проект_ проекта_
        систем комплекс машин самолет корабл фрегат вертолет ракет парти_ सौदे_ सौदा_ अनुबंध_ करार_
        समझौते_ समझौता_ परियोजना प्रणाली_ विमान_ विमानों_ खरीद_ डील_
    """,
    PLACING: "in_ at_ near_ from_ with_ в_ во_ из_ с_ при_",
    FOR: "for_ для_ लिए_ under_",
    BESIDE: """
        despite_ amid_ amidst_ as_ after_ because_ following_ ahead_ before_ besides_ since_ when_ while_
        несмотря_ после_ ввиду_ фоне_ накануне_ перед_ преддверии_ пока_
        बावजूद_ बीच_ बाद_ कारण_ वजह_ पहले_
    """,
}  # fmt: skip


def _tables() -> tuple[dict[str, int], dict[str, list[tuple[str, int]]]]:
    whole: dict[str, int] = {}
    beginnings: dict[str, list[tuple[str, int]]] = {}
    for sense, words in _BEGINNINGS.items():
        for cue in folded(words):
            if cue.endswith("_"):
                whole[cue[:-1]] = whole.get(cue[:-1], 0) | sense
            else:
                beginnings.setdefault(cue[:2], []).append((cue, sense))
    return whole, beginnings


_WHOLE, _BY_START = _tables()


def senses(norm: str) -> int:
    """What a folded word may tell, as a sum of the constants above; 0 for most words."""
    found = _WHOLE.get(norm, 0)
    for cue, sense in _BY_START.get(norm[:2], ()):
        if norm.startswith(cue):
            found |= sense
    return found
