"""How are two records compared, read slowly? Each comparison from its sentence, with rapidfuzz; the kernel's oracle.

Written without a look at codes, masks or packed words: normalised texts in, levels out (-1 where a side is missing).
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pyarrow as pa
from rapidfuzz.distance import OSA, JaroWinkler

from linkage.nicknames import nickname_groups
from linkage.normalize import FIELDS, normalize_table, street_parts
from linkage.normalize.places import STREET_WORDS
from linkage.normalize.records import texts_of_rows

Row = dict[str, str | None]
MISSING = -1
MOST_SYMBOLS = 63
GROUPS_OF_NICKNAMES = nickname_groups()[0]
KINDS_OF_STREET = frozenset(STREET_WORDS.values())


def normal_rows(records: pd.DataFrame) -> list[Row]:
    """What does each record say once it is normalised? House number and street name apart."""
    table = normalize_table(records)
    columns = {name: texts_of_rows(table[name]) for name in table.column_names if name != "record_id"}
    street = columns.get("street_address", [None] * len(records))
    number, name, _ = street_parts(pa.array(list(street), pa.string()))
    columns |= {"house_number": number.to_pylist(), "street_name": name.to_pylist()}
    wanted = (*FIELDS, "house_number", "street_name")
    return [{field: columns[field][at] if field in columns else None for field in wanted} for at in range(len(records))]


def similarity(one: str, other: str) -> float:
    """Jaro-Winkler of what is compared of two texts."""
    return JaroWinkler.similarity(one[:MOST_SYMBOLS].upper(), other[:MOST_SYMBOLS].upper())


def one_edit(one: str, other: str) -> bool:
    return OSA.distance(one, other) == 1


def spelling(one: str, other: str) -> int:
    """0 not, 1 similar, 2 close."""
    score = similarity(one, other)
    if score < 0.80:
        return 0
    is_close = score >= 0.92 or (min(len(one), len(other)) >= 4 and one_edit(one[:MOST_SYMBOLS], other[:MOST_SYMBOLS]))
    return 2 if is_close else 1


def joined(name: str | None) -> str | None:
    return name.replace(" ", "") if name else None


def name_tokens(names: str | None, with_nicknames: bool = False) -> set:
    """Which words of a name can stand for it alone, and which groups of nicknames is it in?"""
    if names is None:
        return set()
    tokens: list = []
    for name in names.split("|"):
        words = name.split(" ")
        tokens += [joined(name), *(word for word in words if len(word) >= 3)] if len(words) > 1 else [name]
    tokens += GROUPS_OF_NICKNAMES.get(tokens[0], ()) if with_nicknames else ()
    return set(list(dict.fromkeys(tokens))[:12])


def is_exchanged(a: Row, b: Row) -> bool:
    """Do first and last name stand in each other's place, one of them to the letter?"""
    first_a, last_a, first_b, last_b = (joined(row[name]) for row in (a, b) for name in ("first_name", "last_name"))
    if not (first_a and last_a and first_b and last_b) or first_a == first_b:
        return False

    def nearly(one: str, other: str) -> bool:
        return one == other or (len(one) > 1 and len(other) > 1 and spelling(one, other) >= 1)

    return (first_a == last_b and nearly(last_a, first_b)) or (last_a == first_b and nearly(first_a, last_b))


def first_name(a: Row, b: Row) -> int:
    one, other = joined(a["first_name"]), joined(b["first_name"])
    if one is None or other is None:
        return MISSING
    if one == other:
        return 6
    if is_exchanged(a, b):
        return 2
    is_initial = len(one) == 1 or len(other) == 1
    level = 3 * (one[0] == other[0]) if is_initial else (0, 1, 5)[spelling(one, other)]
    in_the_middle = (len(one) > 1 and one == joined(b["middle_name"])) or (
        len(other) > 1 and other == joined(a["middle_name"])
    )
    shared = name_tokens(a["first_name"], with_nicknames=True) & name_tokens(b["first_name"], with_nicknames=True)
    return max(level, 4 if in_the_middle or shared else 0)


def middle_name(a: Row, b: Row) -> int:
    one, other = joined(a["middle_name"]), joined(b["middle_name"])
    if one is None or other is None:
        return MISSING
    if one == other:
        return 3
    if one[0] != other[0]:
        return 0
    if len(one) == 1 or len(other) == 1:
        return 1
    return 2 if spelling(one, other) == 2 else 0


def last_name(a: Row, b: Row) -> int:
    one, other = joined(a["last_name"]), joined(b["last_name"])
    if one is None or other is None:
        return MISSING
    if one == other or is_exchanged(a, b):
        return 4
    level = (0, 1, 3)[spelling(one, other)] if len(one) > 1 and len(other) > 1 else 0
    lists_a, lists_b = ([name_tokens(row[field]) for field in ("last_name", "other_last_names")] for row in (a, b))
    return max(level, 2 if any(x & y for x in lists_a for y in lists_b) else 0)


def suffix(a: Row, b: Row) -> int:
    return MISSING if a["suffix"] is None or b["suffix"] is None else int(a["suffix"] == b["suffix"])


def sex(a: Row, b: Row) -> int:
    return MISSING if a["sex"] is None or b["sex"] is None else int(a["sex"] == b["sex"])


def birth_date(a: Row, b: Row) -> int:
    return dates_agree(a["birth_date"], b["birth_date"])


def dates_agree(one: str | None, other: str | None) -> int:
    """Levels of two ISO dates, whole or in part."""
    if one is None or other is None:
        return MISSING
    parts, others = one.split("-"), other.split("-")
    if len(parts) == len(others) == 3:
        if one == other:
            return 5
        if parts[0] == others[0] and parts[1:] == others[:0:-1]:
            return 4
        if one_edit("".join(parts), "".join(others)):
            return 3
        return 1 if sum(x == y for x, y in zip(parts, others, strict=True)) == 2 else 0
    is_only_year = 1 in (len(parts), len(others))
    if parts[0] != others[0]:
        return 1 if is_only_year and abs(int(parts[0]) - int(others[0])) == 1 else 0
    if is_only_year:
        return 2
    return 4 if parts[1] == others[1] else 0


def ssn(a: Row, b: Row) -> int:
    one, other = a["ssn"], b["ssn"]
    if one is None or other is None:
        return MISSING
    if 4 in (len(one), len(other)):
        return int(one[-4:] == other[-4:])
    if one == other:
        return 3
    return 2 if max(len(one), len(other)) <= 10 and one_edit(one, other) else 0


def phone(a: Row, b: Row) -> int:
    one, other = a["phone"], b["phone"]
    if one is None or other is None:
        return MISSING
    if one == other:
        return 2
    return int(max(len(one), len(other)) <= 10 and one_edit(one, other))


def email(a: Row, b: Row) -> int:
    one, other = a["email"], b["email"]
    if one is None or other is None:
        return MISSING
    if one == other:
        return 2
    return int(similarity(one.split("@")[0], other.split("@")[0]) >= 0.92)


def street_words(street: str) -> set[str]:
    return {word for word in street.split(" ") if len(word) >= 4 and word not in KINDS_OF_STREET}


def street_address(a: Row, b: Row) -> int:
    if a["street_address"] is None or b["street_address"] is None:
        return MISSING
    if a["street_address"] == b["street_address"]:
        return 3
    one, other = a["street_name"], b["street_name"]
    if one is None or other is None:
        return 0
    shares_word = one == other or bool(street_words(one) & street_words(other))
    if a["house_number"] != b["house_number"]:
        return 1 if shares_word else 0
    if one == other:
        return 2
    score = similarity(one, other)
    if a["house_number"] is None:
        return 2 if score >= 0.92 else (1 if shares_word else 0)
    return 2 if shares_word or score >= 0.90 else (1 if score >= 0.80 else 0)


def place(a: Row, b: Row) -> int:
    """Postcode if it decides, else the city, else the state."""
    level = MISSING
    one, other = a["postcode"], b["postcode"]
    if one and other:
        if one == other:
            return 3
        level = 2 if postcodes_are_near(one, other) else 0
    if level < 2 and a["city"] and b["city"]:
        level = max(level, 2 if similarity(a["city"], b["city"]) >= 0.92 else 0)
    if level < 1 and a["state"] and b["state"]:
        level = max(level, int(a["state"] == b["state"]))
    return level


def postcodes_are_near(one: str, other: str) -> bool:
    """One edit apart, or of one postal district (AB8 3QZ and AB8 6BN)?"""
    if max(len(one), len(other)) > 10:
        return False
    is_lettered = one[-1].isalpha() and other[-1].isalpha()
    return one_edit(one, other) or (is_lettered and len(one) == len(other) and one[:-3] == other[:-3])


REFERENCE: tuple[Callable[[Row, Row], int], ...] = (
    first_name, middle_name, last_name, suffix, birth_date, sex, ssn, phone, email, street_address, place,
)  # fmt: skip
"""In the order of linkage.comparisons.COMPARISONS."""
