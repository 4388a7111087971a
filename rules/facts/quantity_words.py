"""Words that stand near a count, in English, Hindi and Russian, folded as `words.fold` does.

Tables only; quantity.py reads them. In tables of beginnings, a cue that ends in "_" is a whole word.
"""

from __future__ import annotations

from typing import Final

from rules.facts.folding import folded

# May stand between a number and what it counts: "five more Russian S-400 air defence missile systems"; names of a
# topic ("Rafale", "Triumf") are the pack's, see `Counting`.
MODIFIERS: Final = frozenset(
    folded("""
        new more extra further other remaining last final next first initial such same each the
        these those of-type air sea land surface ground naval army navy iaf af air-to-air combat
        fighter strike attack assault transport cargo light heavy medium long short very range
        multi role multirole multi-role stealth nuclear powered diesel electric guided cruise
        ballistic supersonic hypersonic subsonic anti ship tank aircraft aero aviation jet
        defence defense missile rocket gun radar battle main mobile frontline front line warfare
        early warning warplane military submarine helicopter engine spare grade class type
        project series standard home grown fresh used second hand brand world war shoulder fired
        man portable self propelled loitering utility tactical नए नई नया और अतिरिक्त अन्य शेष
        बाकी बची बचे हुई आखिरी अंतिम दूसरी लड़ाकू परमाणु असॉल्ट वायु रक्षा मिसाइल स्टील्थ
        बहुउद्देशीय गाइडेड टैंक रोधी एंटी विमान हवाई एयर डिफेंस क्रूज सुपरसोनिक आधुनिक उन्नत
        स्वदेशी युद्धक मरीन युद्ध अपग्रेड मुख्य हल्के भारी परिवहन समुद्री पनडुब्बी हमलावर
        अत्याधुनिक सिस्टम प्रणाली नौसैनिक еще новых
    """)
)
ADJECTIVE_ENDINGS_EN: Final = (
    "al",
    "ic",
    "ive",
    "ed",
    "ous",
    "ern",
    "able",
    "ible",
    "ian",
    "ese",
    "ish",
    "ary",
    "ing",
)
ADJECTIVE_ENDINGS_RU: Final = (
    *("ых", "их", "ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие", "ого", "его"),
    *("ому", "ему", "ую", "юю", "ым", "им", "ыми", "ими"),
)
# Look like adjectives or names, but open something else.
STOPS: Final = frozenset(
    folded("""
        including being killed injured according during following regarding involving using after
        before from into with without against between among their his her its who which that this
        when while where as is are was were will would may can could has have had and or but for to
        in on at by of per than over under up india's которые который которая которое которых также
        либо или их его
    """)
)
# Nouns that make a modifier of the unit noun before them: "two missile tests", "दो मिसाइल परीक्षण".
TURNING: Final = folded("""
    test trial launch strike attack crash deal contract pact maker firm compan crew pilot base
    project programme program expert official officer shipment परीक्षण टेस्ट समझौत सौदे करार हमल
    हादस पायलट कंपन परियोजना सौदा निर्माता
""")
# A number followed by one of these needs no noun: nothing else can be meant to follow.
FUNCTION: Final = frozenset(
    folded("""
        are is was were will would by in have has had to from under and or on at for before after
        due expected being still already with as within until since should remain remains come comes
        await awaits slated scheduled будут ожидаются ожидается должны планируется в к до и на по
        будет уже пока еще обещаны поступят отложены для में की को का के से पर इस और भी अब अभी तक
        हैं है होंगे होगी
    """)
)
REMAINING: Final = folded("""
    remaining outstanding pending balance last final other owed undelivered оставш остальн
    последн शेष बाकी बचे बची बचा
""")
THEM: Final = frozenset(folded("the these those its their этих тех"))
OTHER: Final = frozenset(folded("other remaining last final"))
OF: Final = frozenset(folded("of из"))
JOINTS: Final = frozenset(folded("to or and и или или до से और या"))
# Between a number and the word that tells its state: "three have already been delivered", "три уже поставлены".
AUXILIARIES: Final = frozenset(
    folded("""
        have has had been are were is was already now currently so far of them these уже были было
        сейчас अब पहले ही
    """)
)
STATES: Final = folded("""
    delivered deployed active operational inducted received remaining outstanding pending left
    ordered contracted supplied owed commissioned handed поставлен заказан получен передан
    развернут मिल सौंप डिलीवर तैनात
""")
# "has more than 260.", "had meant to get 200": the verb before, and the words that may part it from the number.
HOLDING: Final = frozenset(
    folded("""
        operates operate flies inducted ordered bought get acquire buy purchase received procure
        lease
    """)
)
HAVING: Final = frozenset(("has", "have", "had"))
APPROXIMATE: Final = frozenset(folded("more than over about around nearly some at least up to almost another"))
# "1,200 से अधिक टी-90": more than 1,200 T-90s.
HINDI_MORE: Final = frozenset(folded("अधिक ज्यादा कम ऊपर"))
ATTRIBUTIVE: Final = frozenset(folded("वाला वाली वाले"))  # "दो इंजन वाले": twin-engined, an attribute and no count
NOT_YET: Final = frozenset(folded("be быть будут будет"))  # before "delivered"
# "upgrade of 59", "purchase of 12"
BUYING: Final = folded("""
    upgrad moderni purchas procure deliver suppl order buy acqui lease induct production
    manufactur
""")
# "10 for the IAF and 3 for the Army"
FORCES: Final = folded("""
    iaf army navy air indian military forces coast ввс вмс армии флота वायुसेना नौसेना थलसेना
    सेना
""")

# Role -> beginnings of words that tell it, the most telling roles first.
ROLES: Final = (
    ("planned", folded("मिलेंग मिलेग मिलने सौंपेग दिए दिये получит поставит передаст")),
    ("remaining", folded("""
        remaining outstanding pending balance last_ final_ left_ owed awaited оставш остальн последн
        शेष बाकी बचे बची
    """)),
    ("delivered", folded("""
        delivered handed handing received inducted arrived supplied deployed active operational
        commissioned reached come_ came_ delivers_ receives_
        получил получен поставил поставлен передал передан развернут прибы मिल सौंप
        डिलीवर प्राप्त तैनात दी_ दे_ दीं_ पहुंच
    """)),
    ("fleet", folded("""
        fleet operates operate operating flies fly inventory stock possess serve service has_ upgrad
        modernis moderniz парк эксплуатир вооружен имеет модерниз строю बेड़े पास_ अपग्रेड आधुनिकीकरण
    """)),
    ("planned", folded("""
        plan_ plans_ plann will_ additional more extra further propos want seek eyes wish interest consider need
        approv clear tender rfp talks negotiat request likely could_ may_ offer дополнительн еще_
        планир намер хоч рассматр предл переговор запрос тендер योजना प्रस्ताव चाह खरीदने मंजूरी
        अतिरिक्त और_ बातचीत निविदा
    """)),
    ("ordered", folded("""
        contract order deal sign_ signs_ signed signing bought buy purchas acquir agreement pact_ worth sold_
        контракт заказ подпис купил приобр договор соглашен сделк अनुबंध सौद ऑर्डर खरीद समझौत करार
    """)),
)  # fmt: skip

# Words whose number is a name: "Project 11356", "№ 5"; names of a topic ("Mirage 2000") are the pack's.
NAMED: Final = frozenset(
    folded("""
        project type yard no number section article mach phase block version model class group
        flight pier top проект проекта проекту № номер статья тип प्रोजेक्ट
    """)
)
