"""Whatever happens in whatever order, week by week: does everybody who is not affected stay who they were?"""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from pipeline.store import Store
from tests.registry.drawn import County
from tests.registry.world import PEOPLE, World, record_id

LETTERS = "abcdefgh"
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A history that fails is short enough to read; making it shorter would take minutes."""
LETTER = st.sampled_from(LETTERS)
PERSON = st.integers(0, len(PEOPLE) - 1)
GROUPS = st.lists(st.integers(-1, 4), min_size=len(LETTERS), max_size=len(LETTERS)).filter(lambda g: max(g) >= 0)
VERDICT = st.sampled_from(["same", "different", "cannot_tell"])


def people_of(links: dict[str, str]) -> dict[str, frozenset]:
    """Person id → the records of that person."""
    found: dict[str, set] = {}
    for record, person in links.items():
        found.setdefault(person, set()).add(record)
    return {person: frozenset(records) for person, records in found.items()}


def unaffected_who_changed(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Who holds the very same records as before under another id?"""
    today = {records: person for person, records in people_of(now).items()}
    return [person for person, records in people_of(before).items() if records in today and today[records] != person]


def ever_together(weeks: list[dict[str, str]], record: str) -> set[str]:
    """Which records ever were one person with this one, directly or by way of others?"""
    found, size = {record}, 0
    while len(found) > size:
        size = len(found)
        for links in weeks:
            people = {links[known] for known in found if known in links}
            found |= {other for other, person in links.items() if person in people}
    return found


class DrawnHistory(RuleBasedStateMachine):
    """A county whose clusters are drawn at will: merges, splits, moves, records that go and come back."""

    def __init__(self) -> None:
        super().__init__()
        self.county = County()
        self.last: dict[str, str] = {}
        self.shown: set[str] = set()

    @rule(groups=GROUPS)
    def week(self, groups: list[int]) -> None:
        """Each letter is in the cluster of its number; -1 may not be used this week."""
        words = ["".join(x for x, own in zip(LETTERS, groups, strict=True) if own == n) for n in range(5)]
        now = self.county.week(" ".join(filter(None, words)))
        assert sorted(map(sorted, people_of(now).values())) == sorted(map(sorted, filter(None, words)))
        assert unaffected_who_changed(self.last, now) == []
        self.shown |= set(now.values())
        self.last = now
        for person in self.shown:
            path = [person]
            while path[-1] in self.county.aliases:
                path.append(self.county.aliases[path[-1]])
                assert len(set(path)) == len(path), "an id leads round in a circle"
        alive = set(now.values())
        assert not alive & set(self.county.aliases), "an id that leads elsewhere is nobody's own"


class LivedHistory(RuleBasedStateMachine):
    """A county whose rows come, are linked by the real linkage and kept in the real database."""

    def __init__(self, new_store: Callable[[], Store]) -> None:
        super().__init__()
        self.new_store = new_store
        self.letters: set[str] = set()
        self.sealed: set[str] = set()
        self.decisions: dict[frozenset, list[tuple[int, str]]] = {}
        self.shown: set[str] = set()

    @initialize(first=PERSON, second=PERSON)
    def begin(self, first: int, second: int) -> None:
        """Two records come first."""
        self.world = World(self.new_store())
        self.says("a", first, 5, held=False, days_late=0)
        self.says("b", second, 4, held=False, days_late=0)

    @rule(letter=LETTER, person=PERSON, known=st.integers(2, 5), held=st.booleans(), days_late=st.integers(0, 20))
    def says(self, letter: str, person: int, known: int, held: bool, days_late: int) -> None:
        """A row comes: new, an edit, one that may not be used, one that is late."""
        if letter in self.sealed:  # its tombstone refuses it
            return
        self.world.says(letter, person, known=known, held=held and letter != "a", days_late=days_late)
        self.letters.add(letter)

    @precondition(lambda self: self.world.rows)
    @rule()
    def says_again(self) -> None:
        """The same row comes twice."""
        self.world.rows.append(dict(self.world.rows[-1]))

    @precondition(lambda self: getattr(self, "world", None) and self.world.last_file)
    @rule()
    def delivers_again(self) -> None:
        """The last file comes again under another name."""
        self.world.rows += [dict(row) for row in self.world.last_file]

    @precondition(lambda self: len(self.letters) > 1)
    @rule(data=st.data(), verdict=VERDICT)
    def decide(self, data: st.DataObject, verdict: str) -> None:
        """Somebody decides about two records."""
        pair = data.draw(st.lists(st.sampled_from(sorted(self.letters)), min_size=2, max_size=2, unique=True))
        number = self.world.decide(verdict, *pair)
        self.decisions.setdefault(frozenset(pair), []).append((number, verdict))

    @precondition(lambda self: any(self.decisions.values()))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Somebody takes a decision back: the one before it counts again."""
        pair = data.draw(st.sampled_from(sorted((tuple(sorted(p)) for p, told in self.decisions.items() if told))))
        told = self.decisions[frozenset(pair)]
        number, _ = told.pop(data.draw(st.integers(0, len(told) - 1)))
        self.world.decide("undone", *pair, undoes=number)

    @precondition(lambda self: len(self.letters) > 2 and len(self.sealed) < 2)
    @rule(data=st.data())
    def seal(self, data: st.DataObject) -> None:
        """A record never was: nobody who has nothing to do with it notices, and nothing names it any more."""
        letter = data.draw(st.sampled_from(sorted(self.letters - {"a"})))
        before = [dict(links) for links in self.world.found]
        concerned = ever_together(before, record_id(letter))
        self.world.seal(letter)
        for then, now in zip(before, self.world.found, strict=True):
            assert {r: p for r, p in now.items() if r not in concerned} == {
                r: p for r, p in then.items() if r not in concerned
            }
        assert self.world.mentions(record_id(letter)) == []
        self.letters.remove(letter)
        self.sealed.add(letter)
        self.decisions = {pair: told for pair, told in self.decisions.items() if letter not in pair}

    def verdicts(self) -> dict[frozenset, str]:
        """What counts of what was decided, by pair of record ids?"""
        return {frozenset(map(record_id, pair)): told[-1][1] for pair, told in self.decisions.items() if told}

    @rule()
    def week(self) -> None:
        """A week ends: everybody is linked anew."""
        before = self.world.found[-1] if self.world.found else {}
        now = self.world.week()
        assert unaffected_who_changed(before, now) == []
        self.shown |= set(now.values())
        for person in self.shown:
            assert self.world.store.read("person_by_id", person_id=person)["person_now"].notna().all()
        verdicts = self.verdicts()
        for pair, verdict in verdicts.items():
            if verdict == "different" and all(record in now for record in pair):
                assert len({now[record] for record in pair}) == 2
        if "different" not in verdicts.values():
            for pair, verdict in verdicts.items():
                if verdict == "same" and all(record in now for record in pair):
                    assert len({now[record] for record in pair}) == 1

    @precondition(lambda self: getattr(self, "world", None) and self.world.found)
    @rule(data=st.data())
    def look_back(self, data: st.DataObject) -> None:
        """Who was who is the same answer for ever, read from the registry or found again from what was known then.

        Found again it is not once a record was sealed: the registry then says how it would have been.
        """
        week = data.draw(st.integers(0, len(self.world.found) - 1))
        assert self.world.links_of(self.world.runs[week]) == self.world.found[week]
        if self.sealed:
            return
        today, self.world.week_number = self.world.week_number, week
        assert self.world.link(known_at=self.world.at) == self.world.found[week]
        self.world.week_number = today


def lived(new_store: Callable[[], Store], histories: int) -> None:
    """Live so many histories."""
    quick = settings(
        max_examples=histories,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=UNSHRUNK,
    )
    run_state_machine_as_test(lambda: LivedHistory(new_store), settings=quick)


def test_drawn_histories_keep_every_id():
    drawn = settings(max_examples=200, stateful_step_count=5, deadline=None, phases=UNSHRUNK)
    run_state_machine_as_test(DrawnHistory, settings=drawn)


def test_lived_histories_keep_every_id(new_store: Callable[[], Store]):
    lived(new_store, 12)


@pytest.mark.long
def test_a_thousand_longer_drawn_histories_keep_every_id():
    drawn = settings(max_examples=1000, stateful_step_count=10, deadline=None, phases=UNSHRUNK)
    run_state_machine_as_test(DrawnHistory, settings=drawn)


@pytest.mark.long
def test_a_thousand_lived_histories_keep_every_id(new_store: Callable[[], Store]):
    lived(new_store, 1000)
