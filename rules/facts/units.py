"""Names of what is counted in arms news, in English, Hindi and Russian, folded as `words.fold` does.

Tables only; quantity.py and dates.py read them. Each form leads to one English singular, the `unit` of a `Found`.
"""

from __future__ import annotations

from typing import Final

from rules.facts.folding import fold

# English: canonical singular -> plurals, where they are not simply + "s", and synonyms with their plurals.
_EN = """
squadron squadrons|regiment regiments|battalion battalions|battery batteries|brigade brigades|division divisions
unit units pieces|system systems complexes
launcher launchers|missile missiles|rocket rockets|torpedo torpedoes torpedos
interceptor interceptors
aircraft aircrafts airplane airplanes plane planes jet jets fighter fighters warplane warplanes
bomber bombers|trainer trainers|airliner airliners|helicopter helicopters chopper choppers gunships copters
engine engines powerplant powerplants
tank tanks|rifle rifles carbine carbines|gun guns machine-guns cannons
howitzer howitzers|mortar mortars|pistol pistols|frigate frigates|destroyer destroyers|corvette corvettes
ship ships warship warships vessel vessels
submarine submarines sub subs boats|carrier carriers|kit kits|radar radars
round rounds shell shells cartridge cartridges projectile projectiles munition munitions bullets bombs
drone drones uav uavs|vehicle vehicles icv icvs bmp bmps bmp-2s trucks|simulator simulators|tanker tankers
batch batches lot tranche tranches|set sets|platform platforms|station stations|seeker seekers|mine mines
reactor reactors|satellite satellites|airframe airframes|parachute parachutes|night-sight sights|spare spares
"""
# Russian: canonical -> stem/endings. A stem takes the endings listed after the slash.
_RU = """
squadron эскадриль/я,и,ю,е,ям,ями,ях,ей эскадрилий/|regiment полк/,а,у,ов,и,ам,ами
battalion дивизион/,а,у,ов,ы,ам,ами батальон/,а,ов,ы|battery батаре/я,и,ю,ей,е,ям,ями,й|brigade бригад/,а,ы,у
system систем/,а,ы,у,ам,ами комплекс/,а,у,ов,ы,ам,ами комплект/,а,у,ов,ы,ам,ами зрк/ зрс/ пзрк/ зрпк/
launcher установ/ка,ки,ок,кам пусков/ые,ых|missile ракет/,а,ы,у,ам,ами|torpedo торпед/,а,ы,ами
aircraft самолет/,а,у,ов,ы,ам,ами истребител/ь,я,ю,ей,и,ям,ями,ях бомбардировщик/,а,ов,и лайнер/,а,ов,ы
helicopter вертолет/,а,у,ов,ы,ам,ами,ах|engine двигател/ь,я,ю,ей,и,ям,ями мотор/,ов|tank танк/,а,у,ов,и,ам,ами
rifle автомат/,а,у,ов,ы,ам,ами винтов/ка,ки,ок карабин/ов,а,ы|gun оруди/й,я,е пуш/ка,ки,ек|howitzer гаубиц/,а,ы
frigate фрегат/,а,у,ов,ы,ам,ами,ах|corvette корвет/,а,ов,ы|destroyer эсмин/ец,ца,цев,цы
ship кораб/ль,ля,лю,лей,ли,лям судн/о,а суд/ов,а|submarine подлод/ка,ки,ок,ку субмарин/,а,ы,у апл/
kit машинокомплект/,а,ов,ы|radar рлс/ радар/,а,ов,ы|round снаряд/,а,ов,ы,ами боеприпас/,а,ов,ы патрон/ов,а,ы
drone беспилотник/,а,ов,и бпла/ дрон/,а,ов,ы|vehicle бмп/ бронемашин/,а,ы бтр/|unit единиц/,а,ы,у штук/,и
aircraft машин/,а,ы|batch парти/я,и,ю,ей,й|launcher птрк/|carrier авианос/ец,ца,цев,цы
"""
_HI = """
squadron स्क्वाड्रन स्क्वाड्रनों स्क्वॉड्रन|regiment रेजिमेंट रेजीमेंट रेजिमेंटों रेजिमेंटें|battery बैटरी बैटरियां बैटरियों
unit यूनिट यूनिटें यूनिटों इकाई इकाइयां इकाइयों नग|system प्रणाली प्रणालियां प्रणालियों प्रणालियाँ सिस्टम सिस्टमों
launcher लॉन्चर लांचर लॉन्चरों|missile मिसाइल मिसाइलें मिसाइलों प्रक्षेपास्त्र|aircraft विमान विमानों जेट जेट्स फाइटर लड़ाकू
engine इंजन इंजनों|tank टैंक टैंकों|rifle राइफल राइफलें राइफलों|frigate फ्रिगेट फ्रीगेट फ्रिगेटों|ship युद्धपोत युद्धपोतों
ship जहाज जहाजों पोत पोतों|submarine पनडुब्बी पनडुब्बियां पनडुब्बियों
helicopter हेलीकॉप्टर हेलिकॉप्टर हेलीकॉप्टरों हेलिकॉप्टरों
round गोला गोले गोलों राउंड|drone ड्रोन ड्रोनों|kit किट किटें|radar रडार राडार|gun तोप तोपें तोपों|torpedo टॉरपीडो
vehicle वाहन वाहनों|batch खेप खेपें|battalion बटालियन
"""


def _plain(block: str) -> dict[str, str]:
    rows = (row.split() for row in block.strip().replace("\n", "|").split("|"))
    return {fold(form): row[0] for row in rows for form in row}


def _russian(block: str) -> dict[str, str]:
    units: dict[str, str] = {}
    for row in block.strip().replace("\n", "|").split("|"):
        canonical, *stems = row.split()
        for stem in stems:
            word, _, endings = stem.partition("/")
            units.update((fold(word + ending), canonical) for ending in endings.split(","))
    return units


_SINGULARS: Final = frozenset(row.split()[0] for row in _EN.strip().replace("\n", "|").split("|"))
_EN_FORMS: Final = _plain(_EN)
# Every form -> its unit.
UNITS: Final = {**_EN_FORMS, **_russian(_RU), **_plain(_HI)}
# English forms that only "one" counts; after "two" they belong to the next noun ("two missile tests").
SINGULAR: Final = (_SINGULARS | {"plane", "airplane", "jet", "fighter", "chopper", "warship", "vessel", "rifle"}) - {
    "aircraft"
}
NAMES: Final = frozenset(UNITS.values())  # of the units, e.g. "squadron"
