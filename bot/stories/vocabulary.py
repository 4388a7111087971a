"""The fixed words of a card: steps, units, what happened, how sure. Tables only; short, neutral, never of blame.

English stands here and is the key of the catalogues in `bot.i18n`; the words are looked up when a card is made.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.i18n import later, later_count
from bot.model import ChangeMark
from rules import Certainty

NEW = later("NEW")
# What a later report does to what was told.
MARKS: Mapping[ChangeMark, str] = {
    "denied": later("DENIED"),
    "corrected": later("CORRECTED"),
    "slip": later("SLIP"),
    "earlier": later("EARLIER"),
    "stage": later("UPDATE"),
    "value": later("UPDATE"),
    "quantity": later("UPDATE"),
    "dates-differ": later("DATES DIFFER"),
    "confirmed": later("CONFIRMED"),
}
CERTAINTIES: Mapping[Certainty, str] = {
    "official": later("OFFICIAL"),
    "confirmed": later("CONFIRMED"),
    "reported": later("REPORTED"),
    "claimed": later("CLAIMED"),
    "denied": later("DENIED"),
}
# Somebody without a name, by the report's own word, is told in the reader's language.
SOURCES = later("sources")
UNNAMED = frozenset(
    ["source", "sources", "источник", "источники", "источников", "собеседник", "собеседники", "सूत्र", "सूत्रों"]
)
# Stage ids of the packs. An id that is missing here is shown with spaces for hyphens.
STAGES: Mapping[str, str] = {
    "interest": later("interest"),
    "offer": later("offer"),
    "rumour": later("rumour"),
    "talks": later("talks"),
    "negotiation": later("negotiation"),
    "cooperation": later("cooperation"),
    "approval-dpb": later("cleared by the Procurement Board"),
    "approval-aon": later("approved in principle (AoN)"),
    "approval-ccs": later("approved by the Cabinet Committee (CCS)"),
    "rfi-rfp": later("tender"),
    "mou": later("MoU"),
    "contract-reported": later("contract reported"),
    "contract": later("contract signed"),
    "ratification": later("ratification"),
    "advance-payment": later("advance paid"),
    "production": later("production"),
    "trials": later("trials"),
    "delivery-planned": later("delivery planned"),
    "delivery": later("delivered"),
    "delay": later("delay"),
    "induction": later("inducted"),
    "option-extension": later("option or extension"),
    "coproduction-tot": later("co-production, technology transfer"),
    "upgrade": later("upgrade"),
    "maintenance": later("maintenance"),
    "lease": later("lease"),
    "denial": later("denied"),
    "cancellation": later("cancellation"),
    "no-deal": later("no deal"),
    "payment-problem": later("payment problem"),
    "sanctions-waiver": later("sanctions, waiver"),
    "export-third-country": later("export to a third country"),
}
# Units as rules names them: counted, and alone for one of a row ("squadron no. 4").
UNITS: Mapping[str, tuple[str, str]] = {
    "aircraft": later_count("{number} aircraft", "{number} aircraft"),
    "airframe": later_count("{number} airframe", "{number} airframes"),
    "airliner": later_count("{number} airliner", "{number} airliners"),
    "batch": later_count("{number} batch", "{number} batches"),
    "battalion": later_count("{number} battalion", "{number} battalions"),
    "battery": later_count("{number} battery", "{number} batteries"),
    "bomber": later_count("{number} bomber", "{number} bombers"),
    "brigade": later_count("{number} brigade", "{number} brigades"),
    "carrier": later_count("{number} carrier", "{number} carriers"),
    "corvette": later_count("{number} corvette", "{number} corvettes"),
    "destroyer": later_count("{number} destroyer", "{number} destroyers"),
    "division": later_count("{number} division", "{number} divisions"),
    "drone": later_count("{number} drone", "{number} drones"),
    "each": later_count("{number} each", "{number} each"),
    "engine": later_count("{number} engine", "{number} engines"),
    "frigate": later_count("{number} frigate", "{number} frigates"),
    "gun": later_count("{number} gun", "{number} guns"),
    "helicopter": later_count("{number} helicopter", "{number} helicopters"),
    "howitzer": later_count("{number} howitzer", "{number} howitzers"),
    "interceptor": later_count("{number} interceptor", "{number} interceptors"),
    "kit": later_count("{number} kit", "{number} kits"),
    "launcher": later_count("{number} launcher", "{number} launchers"),
    "mine": later_count("{number} mine", "{number} mines"),
    "missile": later_count("{number} missile", "{number} missiles"),
    "mortar": later_count("{number} mortar", "{number} mortars"),
    "night-sight": later_count("{number} night sight", "{number} night sights"),
    "parachute": later_count("{number} parachute", "{number} parachutes"),
    "pistol": later_count("{number} pistol", "{number} pistols"),
    "platform": later_count("{number} platform", "{number} platforms"),
    "radar": later_count("{number} radar", "{number} radars"),
    "reactor": later_count("{number} reactor", "{number} reactors"),
    "regiment": later_count("{number} regiment", "{number} regiments"),
    "rifle": later_count("{number} rifle", "{number} rifles"),
    "rocket": later_count("{number} rocket", "{number} rockets"),
    "round": later_count("{number} round", "{number} rounds"),
    "satellite": later_count("{number} satellite", "{number} satellites"),
    "seeker": later_count("{number} seeker", "{number} seekers"),
    "set": later_count("{number} set", "{number} sets"),
    "ship": later_count("{number} ship", "{number} ships"),
    "simulator": later_count("{number} simulator", "{number} simulators"),
    "spare": later_count("{number} spare", "{number} spares"),
    "squadron": later_count("{number} squadron", "{number} squadrons"),
    "station": later_count("{number} station", "{number} stations"),
    "submarine": later_count("{number} submarine", "{number} submarines"),
    "system": later_count("{number} system", "{number} systems"),
    "tank": later_count("{number} tank", "{number} tanks"),
    "tanker": later_count("{number} tanker", "{number} tankers"),
    "torpedo": later_count("{number} torpedo", "{number} torpedoes"),
    "trainer": later_count("{number} trainer", "{number} trainers"),
    "unit": later_count("{number} unit", "{number} units"),
    "vehicle": later_count("{number} vehicle", "{number} vehicles"),
}
# How reports call a squadron: in English, Hindi (two spellings) and Russian.
SQUADRONS = ("squadron", "स्क्वाड्रन", "स्क्वॉड्रन", "эскадрил")
ONE_OF_A_ROW: Mapping[str, str] = {
    "aircraft": later("aircraft no. {n}"),
    "batch": later("batch no. {n}"),
    "battalion": later("battalion no. {n}"),
    "battery": later("battery no. {n}"),
    "corvette": later("corvette no. {n}"),
    "frigate": later("frigate no. {n}"),
    "helicopter": later("helicopter no. {n}"),
    "regiment": later("regiment no. {n}"),
    "ship": later("ship no. {n}"),
    "squadron": later("squadron no. {n}"),
    "submarine": later("submarine no. {n}"),
    "system": later("system no. {n}"),
    "unit": later("unit no. {n}"),
}
ANY_OF_A_ROW = later("no. {n}")
QUANTITY_ROLES: Mapping[str, str] = {
    "ordered": later("{count} ordered"),
    "delivered": later("{count} delivered"),
    "remaining": later("{count} remaining"),
    "planned": later("{count} planned"),
}
DATE_ROLES: Mapping[str, str] = {"due": later("due {date}"), "signed": later("signed {date}")}
# Sums. Rupees go by crore where India's languages are read, by billions in Russian.
CRORE, LAKH_CRORE = later("₹{n} crore"), later("₹{n} lakh crore")
SUMS: Mapping[str, tuple[str, str, str, str]] = {  # whole, millions, billions, trillions
    "INR": (later("₹{n}"), later("₹{n}m"), later("₹{n}bn"), later("₹{n}tn")),
    "USD": (later("${n}"), later("${n}m"), later("${n}bn"), later("${n}tn")),
    "EUR": (later("€{n}"), later("€{n}m"), later("€{n}bn"), later("€{n}tn")),
    "RUB": (later("₽{n}"), later("₽{n}m"), later("₽{n}bn"), later("₽{n}tn")),
}
OTHER_SUMS = (
    later("{currency} {n}"),
    later("{currency} {n}m"),
    later("{currency} {n}bn"),
    later("{currency} {n}tn"),
)
