"""Where a reader is: a time zone from what people type, and from a shared location."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from digestbot.core.languages import LANGUAGES
from digestbot.core.text import fold
from digestbot.render.cities import CITIES, CLOCKS, COUNTRIES

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+-−])\s*(\d{1,2})(?::?([03]0|[14]5))?", re.IGNORECASE)
_OTHER_NAMES = ("Brazil/", "Canada/", "Chile/", "Etc/", "Mexico/", "SystemV/", "US/", "posix", "right")
_CLOCK_WORDS = re.compile(r"\s*(?:standard time|time|표준시|시간|標準時|時間|标准时间|时间)$")
_POSIX = re.compile(r"Etc/GMT([+-])(\d+)")
_SHORTEST = 4
"""Letters that the beginning of a place's name must have: IST is not Istanbul."""
_QUARTERS = {  # zones that are not whole hours from UTC and keep no summer time
    "+3:30": "Asia/Tehran",
    "+4:30": "Asia/Kabul",
    "+5:30": "Asia/Kolkata",
    "+5:45": "Asia/Kathmandu",
    "+6:30": "Asia/Yangon",
    "+8:45": "Australia/Eucla",
    "+9:30": "Australia/Darwin",
    "-9:30": "Pacific/Marquesas",
}


def find_zones(text: str) -> list[str]:
    """Return the IANA zones that *text* may mean, the likeliest first; none where it means nothing.

    Reads `Asia/Seoul`, a city, a country or both in any of our languages (`Seoul`, `서울`, `India`,
    `Tokyo, Japan`), `KST`, `Pacific Time`, and `UTC+9`, `-03:30`.
    """
    wanted = fold(text.strip())
    if not wanted:
        return []
    if wanted in ("utc", "gmt", "z"):
        return ["UTC"]
    if offset := _OFFSET.fullmatch(wanted):
        return _at_offset(offset[1], int(offset[2]), offset[3] or "00")
    places = _places()
    for known in (wanted, _CLOCK_WORDS.sub("", wanted)):
        if zones := _distinct(places.get(known, set())) or _countries().get(known) or _clocks().get(known):
            return [*zones]
    city, _, country = wanted.partition(",")
    if country:
        its = find_zones(country)
        return [zone for zone in find_zones(city) if zone in its]
    if len(wanted) < _SHORTEST:
        return []
    return _distinct({zone for name, zones in places.items() if name.startswith(wanted) for zone in zones})


def shown_zone(zone: str) -> str:
    """Return an IANA zone as readers know it: an offset as they type it, not turned round as POSIX has it.

    >>> shown_zone("Etc/GMT-9"), shown_zone("Asia/Seoul")
    ('UTC+9', 'Asia/Seoul')
    """
    offset = _POSIX.fullmatch(zone)
    return f"UTC{'-' if offset[1] == '+' else '+'}{offset[2]}" if offset else zone


def zone_at(latitude: float, longitude: float) -> str | None:
    """Return the IANA zone of a place on the map (degrees), None where there is none."""
    import tzfpy  # noqa: PLC0415 - few send a place, and it brings a map of the world

    zone = tzfpy.get_tz(longitude, latitude)
    return zone if zone in _known_zones() else None


def _distinct(zones: set[str]) -> list[str]:
    """Return *zones* without those that are another one's old name: Shanghai, not Chongqing and Harbin."""
    same = get_global("zone_aliases")
    chosen: dict[str, str] = {}
    for zone in sorted(zones, key=lambda zone: (not _has_its_citys_name(zone), zone)):
        chosen.setdefault(same.get(zone, zone), zone)
    return sorted(chosen.values())


def _has_its_citys_name(zone: str) -> bool:
    return fold(get_timezone_location(zone, Locale.parse("en"), return_city=True)) == fold(_last(zone))


def _last(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _at_offset(sign: str, hours: int, minutes: str) -> list[str]:
    east = sign == "+"
    if minutes != "00":
        zone = _QUARTERS.get(f"{'+' if east else '-'}{hours}:{minutes}")
        return [zone] if zone else []
    if hours == 0:
        return ["UTC"]
    if hours > (14 if east else 12):
        return []
    return [f"Etc/GMT{'-' if east else '+'}{hours}"]  # POSIX turns the sign round


@cache
def _places() -> dict[str, set[str]]:
    places: dict[str, set[str]] = {}
    for zone in sorted(_known_zones()):
        if "/" not in zone or zone.startswith(_OTHER_NAMES):
            continue
        names = {zone, _last(zone), *_listed(CITIES.get(zone, ""))}
        names |= {
            get_timezone_location(zone, Locale.parse(language), return_city=True) for language in LANGUAGES
        }
        for name in names:
            places.setdefault(fold(name), set()).add(zone)
    return places


@cache
def _countries() -> dict[str, list[str]]:
    """Return the zones of each country, by its names in our languages."""
    found: dict[str, list[str]] = {}
    for territory, zones in get_global("territory_zones").items():
        names = {Locale.parse(language).territories.get(territory) for language in LANGUAGES}
        chosen = _told_apart(zones)
        found |= {fold(name): chosen for name in (*names, *_listed(COUNTRIES.get(territory, ""))) if name}
    return found


@cache
def _clocks() -> dict[str, list[str]]:
    """Return the zones of each clock, by its abbreviation (`EST`) and its names (`Eastern Time`)."""
    zones: dict[str, set[str]] = {}
    known = {zone for those in get_global("territory_zones").values() for zone in those}
    for zone in known & _known_zones():
        for name in (*(name for name, _ in _seasons(zone)), *_clock_names(zone)):
            zones.setdefault(fold(name), set()).add(zone)
    found = {name: _told_apart(those) for name, those in zones.items()}
    return found | {fold(name): [*those] for name, those in CLOCKS.items()}


def _clock_names(zone: str) -> Iterator[str]:
    clock = get_global("meta_zones").get(zone)
    for language in LANGUAGES:
        names = Locale.parse(language).meta_zones.get(clock, {}).get("long", {})
        yield from names.values()


def _told_apart(zones: Iterable[str]) -> list[str]:
    """Return of *zones* one for each clock, those of CITIES first; small ones only where all are."""
    large = frozenset(get_global("windows_zone_mapping").values())
    sizes = {zone: (zone not in CITIES, zone not in large, zone) for zone in zones if zone in _known_zones()}
    smallest = max(min(sizes.values(), default=(True, False))[:2], (True, False))
    chosen: dict[tuple[timedelta | None, ...], str] = {}
    for zone in sorted(sizes, key=lambda zone: sizes[zone]):
        if sizes[zone][:2] <= smallest:
            chosen.setdefault(tuple(offset for _, offset in _seasons(zone)), zone)
    return [*chosen.values()]


@cache
def _known_zones() -> frozenset[str]:
    """Return all zones; they are files, read through only once."""
    return frozenset(available_timezones())


@cache
def _seasons(zone: str) -> list[tuple[str, timedelta | None]]:
    """Return what a zone's clock is called, and how far it is from UTC, in winter and in summer."""
    year = datetime.now(UTC).year
    moments = [datetime(year, month, 15, tzinfo=ZoneInfo(zone)) for month in (1, 7)]
    return [(moment.tzname() or "", moment.utcoffset()) for moment in moments]


def _listed(names: str) -> list[str]:
    return names.split(", ") if names else []
