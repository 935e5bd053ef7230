"""What would the other answer to an item change on the list? Told exactly, by standing everybody in line again.

One item at a time: everybody else stays as they are.
"""

import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.review.alternatives import Part

STAYS, JOINS, PARTS, ENTERS, LEAVES = "stays", "joins", "parts", "enters", "leaves"
"""Who is touched: whose id stays; who is found to be that person; the new person that parts from it; somebody not asked
about who gets an entry by it, or loses it."""
FIRST_LOOK = 2
"""Times the size of the list: how far down the line one looks for who gets an entry; then twice as far."""

Draw = Callable[[Sequence[str]], list[str]]
"""Who of these, best first, gets an entry? The ranking's own."""


@dataclass(frozen=True)
class Stand:
    """Where does somebody stand? Place 1 is first; None who is excluded or has no points."""

    points: int
    place: int | None
    is_listed: bool


NOWHERE = Stand(0, None, False)


@dataclass(frozen=True)
class Effect:
    """What would change for one person? `now` is None for a person that would be new, `then` for none."""

    role: str
    person_id: str | None
    now: Stand | None
    then: Stand | None


@dataclass(frozen=True)
class Weighed:
    """What would the other answer change?

    Attributes:
        effects: of those asked about first, then of others.
        crossing_person_id: who would cross the line; of a new person, from whom it parts.
        is_crossing: whether anybody would.
        points_change: how many points the persons asked about would gain and lose, added up.
    """

    effects: tuple[Effect, ...]
    crossing_person_id: str | None
    is_crossing: bool
    points_change: int


class Line:
    """Who stands where now, and where would a hypothetical person stand?

    Args:
        order: everybody with points who is not excluded, real persons and hypothetical ones, best first.
        hypothetical: keys of the latter.
        points: of everybody, by person or key, whether excluded or not.
        chosen: the real persons that have an entry, best first.
        list_size: entries in all.
        draw: who gets an entry.
    """

    def __init__(
        self,
        order: Sequence[str],
        hypothetical: set[str],
        points: Mapping[str, int],
        chosen: Sequence[str],
        list_size: int,
        draw: Draw,
    ) -> None:
        self._spot = {person: spot for spot, person in enumerate(order)}
        self._real = [person for person in order if person not in hypothetical]
        self._spots = [self._spot[person] for person in self._real]
        self._points, self._chosen = points, list(chosen)
        self._list_size, self._draw = list_size, draw
        self._chosen_set = set(self._chosen)

    def now(self, person_id: str) -> Stand:
        """Where does a real person stand?"""
        return self._stand(person_id, self._chosen, (), ())

    def weigh(self, parts: Sequence[Part], touched: Sequence[str]) -> Weighed:
        """What changes if `touched` are no more, and the persons of `parts` there instead?"""
        keys = [part.key for part in parts]
        chosen = self._drawn(keys, touched)
        then = {part.key: self._stand(part.key, chosen, keys, touched) for part in parts}
        effects = [effect for part in parts for effect in self._of_part(part, then[part.key], touched)]
        others = list(self._bystanders(chosen, keys, touched))
        before, after = {p for p in touched if p in self._chosen_set}, {p for p in parts if then[p.key].is_listed}
        crossing = _who_crosses(parts, touched, before, after)
        crossing = crossing or next((effect.person_id for effect in others), None)
        change = sum(_gain(effect, then, parts) for effect in effects)
        return Weighed((*effects, *others), crossing, crossing is not None, change)

    def _of_part(self, part: Part, then: Stand, touched: Sequence[str]) -> Iterator[Effect]:
        if part.person_id is None:
            yield Effect(PARTS, None, None, then)
            return
        yield Effect(STAYS, part.person_id, self.now(part.person_id), then)
        if part.joined is not None:
            yield Effect(JOINS, part.joined, self.now(part.joined), then)

    def _drawn(self, keys: Sequence[str], touched: Sequence[str]) -> list[str]:
        """Who gets an entry then? Looks down the line only as far as is needed for that."""
        gone = set(touched)
        own = sorted((self._spot[key], key) for key in keys if key in self._spot)
        depth = FIRST_LOOK * self._list_size + len(gone)
        while True:
            is_all = depth >= len(self._real)
            spots = [(s, p) for s, p in zip(self._spots[:depth], self._real[:depth], strict=True) if p not in gone]
            near = own if is_all else [one for one in own if one[0] < self._spots[depth - 1]]
            line = [person for _, person in sorted((*spots, *near))]
            chosen = self._draw(line)
            if is_all or len(chosen) == self._list_size:
                return chosen
            depth *= 2

    def _stand(self, person: str, chosen: Sequence[str], keys: Sequence[str], touched: Sequence[str]) -> Stand:
        points, spot = self._points.get(person, 0), self._spot.get(person)
        if spot is None:
            return Stand(points, None, False)
        if person in chosen:
            return Stand(points, chosen.index(person) + 1, True)
        before = bisect.bisect_left(self._spots, spot) - sum(self._spot.get(p, spot) < spot for p in touched)
        before += sum(self._spot.get(key, spot) < spot for key in keys)
        behind = sum(self._spot[one] > spot for one in chosen)
        return Stand(points, before + behind + 1, False)

    def _bystanders(self, chosen: Sequence[str], keys: Sequence[str], touched: Sequence[str]) -> Iterator[Effect]:
        """Yield those not asked about who would get an entry or lose it, best first."""
        then = set(chosen)
        for person in chosen:
            if person not in self._chosen_set and person not in keys:
                yield Effect(ENTERS, person, self.now(person), self._stand(person, chosen, keys, touched))
        for person in self._chosen:
            if person not in then and person not in touched:
                yield Effect(LEAVES, person, self.now(person), self._stand(person, chosen, keys, touched))


def _who_crosses(parts: Sequence[Part], touched: Sequence[str], before: set[str], after: set[Part]) -> str | None:
    """Who of those asked about would cross the line? Two persons found to be one, or one to be two, do not by that."""
    if len(before) == 0 and after:
        return next(part.person_id or touched[0] for part in parts if part in after)
    stays = next(part for part in parts if part.person_id is not None)
    if before and stays not in after:
        return stays.person_id
    if len(after) > len(before):
        return touched[0]
    return None


def _gain(effect: Effect, then: Mapping[str, Stand], parts: Sequence[Part]) -> int:
    """By how many points does somebody asked about change? Who joins another has none left of their own."""
    now = effect.now.points if effect.now else 0
    later = 0 if effect.role == JOINS or effect.then is None else effect.then.points
    return abs(later - now)
