"""What does an item ask, and what would each answer change, in plain sentences? Ids and counts only."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.contract.codes import ReviewKind
from pipeline.review.effects import ENTERS, JOINS, LEAVES, PARTS, STAYS

QUESTIONS = {
    ReviewKind.UNCERTAIN_LINK: "Are these one person? They were linked, but by nothing stronger than this pair.",
    ReviewKind.UNCERTAIN_DIFFERENCE: "Are these two people? They were not linked, but it was close.",
    ReviewKind.CONFLICTING_IDENTIFIERS: "Are these one person? They were linked, but an identifier speaks against it.",
    ReviewKind.LARGE_PERSON: "Are these one person? So many records that say different things are unusual.",
    ReviewKind.CONTRADICTION: "These decisions cannot all be true: undo the one that is wrong.",
}
"""What each kind asks."""

Effect = Mapping[str, object]
"""A row of core.review_effect."""


def answers(item: Mapping, effects: Sequence[Effect]) -> tuple[str, str]:
    """What would each answer change on the list? One sentence for "same", one for "different"."""
    nothing = "nothing changes on the list."
    told = changes(effects) or nothing
    if item["person_id_r"] is None:
        return f"If they are the same person: {nothing}", f"If they are different people: {told}"
    return f"If they are the same person: {told}", f"If they are different people: {nothing}"


def changes(effects: Sequence[Effect]) -> str:
    """What would change, for everybody touched? One sentence; blank where nobody is."""
    parts = [text for effect in effects for text in _of(effect, effects)]
    return "; ".join(parts) + "." if parts else ""


def _of(effect: Effect, effects: Sequence[Effect]) -> Iterator[str]:
    who = effect["person_id"]
    if effect["role"] == JOINS:
        stays = next(one["person_id"] for one in effects if one["role"] == STAYS)
        yield f"{who} would be found to be {stays}"
    elif effect["role"] == PARTS:
        yield f"a new person would part from the records, {_where(effect)} with {points(effect['points_then'])}"
    elif effect["role"] == ENTERS:
        yield f"{who} would enter the list at rank {effect['place_then']}"
    elif effect["role"] == LEAVES:
        yield f"{who} would leave the list"
    else:
        yield _of_who_stays(effect)


def _of_who_stays(effect: Effect) -> str:
    """What becomes of the person whose id stays?"""
    who, then, now = effect["person_id"], points(effect["points_then"]), str(effect["points_now"])
    if effect["points_now"] and effect["place_now"] is None:
        now += ", not in line"
    if effect["is_listed_then"] and not effect["is_listed_now"]:
        return f"{who} would enter the list at rank {effect['place_then']} with {then} (now {now})"
    if effect["is_listed_now"] and not effect["is_listed_then"]:
        return f"{who} would leave the list with {then} (now rank {effect['place_now']} with {now})"
    if effect["is_listed_now"]:
        return f"{who} would be at rank {effect['place_then']} with {then} (now rank {effect['place_now']} with {now})"
    return f"{who} would be {_where(effect)} with {then} (now {now})"


def _where(effect: Effect) -> str:
    if effect["is_listed_then"]:
        return f"on the list at rank {effect['place_then']}"
    return "not in line" if effect["place_then"] is None else f"below the line at place {effect['place_then']}"


def points(count: object) -> str:
    """How are points said? `1 point`, `12 points`."""
    return f"{count} point" if count == 1 else f"{count} points"
