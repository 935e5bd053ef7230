"""What goes wrong when a value is keyed, copied or heard? One error at a time, on plain text."""

from __future__ import annotations

import random
from datetime import date, timedelta

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
SOUNDS = (("PH", "F"), ("CK", "K"), ("EE", "EA"), ("IE", "Y"), ("TH", "T"), ("SS", "S"), ("LL", "L"), ("EY", "Y"),
          ("C", "K"), ("Z", "S"), ("OU", "U"), ("AI", "AY"), ("NN", "N"), ("W", "V"), ("MC", "MAC"))  # fmt: skip
KEYS = {"A": "SQ", "B": "VN", "C": "XV", "D": "SF", "E": "WR", "F": "DG", "G": "FH", "H": "GJ", "I": "UO", "J": "HK",
        "K": "JL", "L": "K", "M": "N", "N": "BM", "O": "IP", "P": "O", "Q": "W", "R": "ET", "S": "AD", "T": "RY",
        "U": "YI", "V": "CB", "W": "QE", "X": "ZC", "Y": "TU", "Z": "X"}  # fmt: skip


def typo(chance: random.Random, text: str) -> str:
    """How does this text look with one error: a key beside, one too few or too many, two swapped, or as it sounds?"""
    if not text:
        return text
    at, kind = chance.randrange(len(text)), chance.randrange(5)
    if kind == 0 and len(text) > 2:
        return text[:at] + text[at + 1 :]
    if kind == 1 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 2:
        return text[:at] + _near(chance, text[at]) + text[at:]
    if kind == 3:
        heard = [(a, b) for a, b in SOUNDS if a in text.upper()]
        if heard:
            a, b = chance.choice(heard)
            return text.replace(a, b, 1) if a in text else text.replace(a.lower(), b.lower(), 1)
    return text[:at] + _near(chance, text[at]) + text[at + 1 :]


def _near(chance: random.Random, letter: str) -> str:
    if letter.isdigit():
        return chance.choice(DIGITS)
    near = chance.choice(KEYS.get(letter.upper(), LETTERS))
    return near.lower() if letter.islower() else near


def digit_slip(chance: random.Random, text: str) -> str:
    """How does this number look with one digit wrong, or two neighbours swapped?"""
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    at = chance.choice(places)
    if chance.random() < 0.4 and at + 1 < len(text) and text[at + 1].isdigit():
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + chance.choice(DIGITS) + text[at + 1 :]


def date_slip(chance: random.Random, day: str) -> str:
    """How does this ISO day look once noted wrongly? It stays a day of the calendar."""
    born, kind = date.fromisoformat(day), chance.random()
    if kind < 0.25 and born.day <= 12:
        return f"{born.year:04d}-{born.day:02d}-{born.month:02d}"
    if kind < 0.45:
        return _in_year(born, born.year + chance.choice((-10, -1, 1, 10)))
    if kind < 0.6:
        return (born + timedelta(days=chance.choice((-30, -10, -1, 1, 10, 30)))).isoformat()
    for _ in range(5):
        slipped = digit_slip(chance, day[2:])
        try:
            return date.fromisoformat(day[:2] + slipped).isoformat()
        except ValueError:
            continue
    return day


def _in_year(born: date, year: int) -> str:
    return f"{year:04d}-{born.month:02d}-{min(born.day, 28):02d}"


def some_day(chance: random.Random, first_year: int, last_year: int) -> str:
    """Which day is it, of these years? As ISO text."""
    first = date(first_year, 1, 1).toordinal()
    return date.fromordinal(chance.randint(first, date(last_year, 12, 31).toordinal())).isoformat()
