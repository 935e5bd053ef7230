"""Which feed tells of which fact? By kind and area, from the declarations alone."""

from dataclasses import dataclass
from typing import Any

from pipeline.contract.declaration import Agency, Feed
from pipeline.synthetic.chance import Chance
from pipeline.synthetic.deliver import Share
from pipeline.synthetic.facts import Fact, History

FAITHFUL = 0.85  # of facts that two agencies could tell of, those told by the agency the person mostly meets


@dataclass(frozen=True)
class Outlet:
    """Where can a fact of some kind be told? One rule of one feed."""

    agency: Agency
    feed: Feed
    rule: Any


def route(agencies: tuple[Agency, ...], history: History, chance: Chance) -> dict[tuple[str, str], Share]:
    """Which share of the history does each feed tell? By agency and feed; what no agency covers is left untold."""
    feeds = [(agency, feed) for agency in agencies for feed in agency.feeds]
    shares = {(agency.name, feed.name): Share() for agency, feed in feeds}
    outlets = [Outlet(agency, feed, rule) for agency, feed in feeds for rule in feed.encounters]
    by_place: dict[tuple[str, str], list[Outlet]] = {}
    for fact in history.facts:
        place = (str(fact.kind), fact.area)
        if place not in by_place:
            by_place[place] = [found for found in outlets if _can_tell(found, fact)]
        if by_place[place] and (outlet := _outlet_for(fact.person, by_place[place], chance)) and _is_told(outlet, fact):
            shares[outlet.agency.name, outlet.feed.name].encounters.append((outlet.rule, fact))
    diagnosing = [Outlet(agency, feed, rule) for agency, feed in feeds for rule in feed.conditions]
    for lasting in history.lasting:
        if diagnosing:
            outlet = diagnosing[lasting.person % len(diagnosing)]
            shares[outlet.agency.name, outlet.feed.name].lasting.append((outlet.rule, lasting))
    asking = [Outlet(agency, feed, feed.consent) for agency, feed in feeds if feed.consent and feed.consent.is_about]
    for consent in history.consents:
        if asking:
            outlet = asking[consent.person % len(asking)]
            shares[outlet.agency.name, outlet.feed.name].consents.append((outlet.rule, consent))
    return shares


def _can_tell(outlet: Outlet, fact: Fact) -> bool:
    return outlet.rule.kind == fact.kind and outlet.agency.area in (None, fact.area)


def _outlet_for(person: int, outlets: list[Outlet], chance: Chance) -> Outlet:
    if len(outlets) == 1:
        return outlets[0]
    return outlets[person % len(outlets)] if chance.happens(FAITHFUL) else chance.pick(outlets)


def _is_told(outlet: Outlet, fact: Fact) -> bool:
    """Does a feed send such a row at all? Not what never happened or was not kept, where it has no way to say so."""
    says_void = outlet.feed.never_happened is not None
    return (says_void or not fact.is_void) and (fact.is_kept or outlet.rule.only_if is not None)
