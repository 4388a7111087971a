"""A long relevant article of our own, read with all its facts against a bare pass; and what a hostile feed may send.

Both are measured by turns, and of the rounds' ratios the median counts: what else the machine does touches both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median

from ahocorasick_rs import AhoCorasick, MatchKind

from rules import Item, detect, load_pack

_ROUNDS = 41
_BARE, _OURS = 25, 5  # runs in a round: as long as the clock needs to tell


async def measure() -> Sequence[str]:
    """Processor time of the article in bare passes: `casefold` and one search of the pack's strings."""
    pack = load_pack()
    bare = AhoCorasick(sorted(pack.lexicon.strings), matchkind=MatchKind.Standard)
    item = Item(id="article", title=ARTICLE[0], text=ARTICLE[1])
    text = f"{item.title}\n{item.text}"
    found = detect(item, pack)
    rounds = [
        (
            _each(lambda: bare.find_matches_as_indexes(text.casefold(), overlapping=True), _BARE),
            _each(lambda: detect(item, pack), _OURS),
        )
        for _ in range(_ROUNDS)
    ]
    ratios = sorted(ours / least for least, ours in rounds)
    return [
        f"relevant article of {len(text.split())} words with {len(found.facts)} facts: bare pass "
        f"{median(least for least, _ in rounds) * 1e6:.0f} us, detection with facts, reasons and terms "
        f"{median(ours for _, ours in rounds) * 1e6:.0f} us = {median(ratios):.1f} bare passes, the median of "
        f"{_ROUNDS} rounds (half of them between {ratios[_ROUNDS // 4]:.1f} and {ratios[3 * _ROUNDS // 4]:.1f})"
    ]


def _each(run: Callable[[], object], count: int) -> float:
    """Seconds of processor time of one of `count` runs."""
    began = time.process_time()
    for _ in range(count):
        run()
    return (time.process_time() - began) / count


HOSTILE = {
    "words": "ordinary words about nothing at all, ",
    "names": "S-400 Su-57 BrahMos India Russia ",
    "sums": "Rs 5 crore $3 billion 7 млрд рублей 12 करोड़ रुपये ",
    "counts": "five regiments, 12 jets and 300 missiles, ",
    "dates": "by 2026-27, on 5 October 2018, к концу 2026 года, ",
    "stops": "Rs. ... !? ",
    "brackets": "((([[[\"'«»",
    "accents": "a\u0301\u0323е\u0308",
    "Hindi marks": "प्क्ष्ज़ँ",
    "one word": "militarymilitary-",
    "digits": "1,2.3-",
}

ARTICLE = (
    "India signs Rs 21,500 crore contract with Russia for five more S-400 regiments",
    """New Delhi: The Ministry of Defence signed a contract with Rosoboronexport on Thursday for five additional
S-400 regiments, the ministry said in a statement. The order is worth Rs 21,500 crore, or about $2.5 billion, and
the first two regiments are due by the end of 2027. An advance of 15 per cent was paid in rupees, two officials
said.

The contract was cleared by the Cabinet Committee on Security last month after price talks that ran for nearly a
year. Defence Secretary Rajesh Kumar Singh told reporters that the new systems would be made partly in India. A
maintenance centre will be set up near Nagpur with Almaz-Antey, he said, and at least 40 per cent of the spares
will be supplied by local firms. "The terms are better than in the first contract," he added.

India ordered five regiments in October 2018 for $5.43 billion. Three of them were delivered between 2021 and
2023, and the fourth arrived in Gujarat in May. The fifth is expected by November 2026, according to the
ambassador in Moscow. Deliveries had slipped by more than two years because of payment trouble and the war in
Ukraine.

Along with the launchers the Air Force will receive 280 missiles of two kinds. A separate contract for the
missiles, valued at Rs 10,000 crore, was approved by the Defence Acquisition Council in March. Officials said
that the stock had fallen after Operation Sindoor, in which the systems were used for the first time. They
declined to give numbers.

Russian officials welcomed the deal. Dmitry Shugayev, who heads the Federal Service for Military-Technical
Cooperation, said that talks on the Su-57 were going on in parallel. Moscow has offered two squadrons from its
own line and licensed production at the Nashik plant of Hindustan Aeronautics. India has not decided. A team of
the Air Force visited Komsomolsk-on-Amur in April, and a report is to be handed to the government by August 15,
2026.

The upgrade of 84 Su-30MKI fighters, put at Rs 63,000 crore, is also before the cabinet committee. It includes a
new radar, a digital cockpit and Indian missiles. The work would begin in 2028 and take about seven years. Of
the 272 aircraft that were ordered, some 260 are in service; 12 more were ordered in December 2024 for Rs 13,500
crore.

At Korwa in Uttar Pradesh, Indo-Russian Rifles has handed over 48,000 AK-203 rifles so far. The company aims to
complete the order of 601,427 rifles by 2030, two years ahead of the first schedule, its director said. From
next year all parts are to be made in India. The contract of July 2021 was worth Rs 5,200 crore.

The Navy, for its part, took delivery of the frigate INS Tamal in July. It is the last warship that India
imports, naval officers said. Two more ships of the class are being built at Goa Shipyard under a contract of
$500 million with transfer of technology. The first, Triput, was launched in July 2024 and is due for delivery
by October 2026.

Washington has warned that large purchases of Russian arms may draw sanctions under CAATSA. American officials
have asked New Delhi to look at other suppliers, but no step was taken after the first S-400 contract. Indian
officials say that the decision was taken in the national interest, and that there was no other offer in the
same range of price and performance. Russia still accounts for about a third of India's imports of arms, down
from more than half ten years ago, according to a Swedish institute. The next round of the commission on
military cooperation will be held in Moscow before the end of the year. The agenda includes payment in national
currencies, joint production of spare parts, and a new agreement on the exchange of logistics for ships and
aircraft of both countries.
""",
)
