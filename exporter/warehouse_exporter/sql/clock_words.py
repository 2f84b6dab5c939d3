"""Text that the server takes for an instant near now() as soon as it is read as a time."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import available_timezones

from warehouse_exporter.sql.vocabulary import listed

WORD = re.compile(r"[a-z]+")
PARTS = re.compile(r"[\s,;()\[\]{}]+")
CLOCKS = listed("now today tomorrow yesterday")
BESIDE = listed("""
    am pm at on t ad bc dst allballs epoch infinity null empty mon monday tue tues tuesday wed
    wednesday weds thu thur thurs thursday fri friday sat saturday sun sunday
""")
ABBREVIATIONS = listed("""
    acdt acsst acst act acwst adt aedt aesst aest aft akdt akst almst almt amst amt anast anat
    arst art ast awsst awst azost azot azst azt bdst bdt bnt bort bot bra brst brt bst btt cadt
    cast cct cdt cest cet cetdst chadt chast chut ckt clst clt cot cst cxt davt ddut easst east
    eat edt eest eet eetdst egst egt est fet fjst fjt fkst fkt fnst fnt galt gamt gest get gft
    gilt gmt gyt hkt hst ict idt iot irkst irkt irt ist jayt jst kdt kgst kgt kost krast krat
    kst lhdt lhst ligt lint lkt magst magt mart mawt mdt mest mesz met metdst mez mht mmt mpt
    msd msk mst must mut mvt myt ndt nft novst novt npt nst nut nzdt nzst nzt omsst omst pdt pet
    petst pett pgt pht pkst pkt pmdt pmst pont pst pwt pyst pyt ret sadt sast sct sgt taht tft
    tjt tkt tmt tot trut tvt uct ulast ulat ut utc uyst uyt uzst uzt vet vlast vlat volt vut
    wadt wakt wast wat wdt wet wetdst wft wgst wgt xjt yakst yakt yapt yekst yekt z zulu
""")
"""Abbreviations of time zones that PostgreSQL knows unless it is told others."""


@cache
def beside() -> frozenset[str]:
    """What may stand beside a word of the clock: with any other word it is no time."""
    zones = " ".join(available_timezones()).lower()
    return BESIDE | ABBREVIATIONS | frozenset(WORD.findall(zones))


def reads_clock(value: str) -> bool:
    """Whether a text says now, today, tomorrow or yesterday, and nothing that no time can hold.

    Any word with a number is a time zone of POSIX, such as foo3 or XYZ-5.
    """
    text = value.lower()
    if CLOCKS.isdisjoint(WORD.findall(text)):
        return False
    plain = " ".join(part for part in PARTS.split(text) if not re.search("[0-9]", part))
    return set(WORD.findall(plain)) <= CLOCKS | beside()
