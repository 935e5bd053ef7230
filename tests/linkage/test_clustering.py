"""When are chains of links cut, and when are people held together?"""

from __future__ import annotations

import numpy as np
import pytest

from linkage import clustering
from linkage.clustering import cluster_nodes


def decide(weights: dict[tuple[int, int], float], size: int, must=(), must_not=(), default: float = -20.0) -> list[int]:
    """Which cluster is each node in, if these pairs have these weights and all others the default?"""

    def weigh(left, right):
        found = np.array(
            [weights.get((int(a), int(b)), default) for a, b in zip(left, right, strict=True)], dtype=float
        )
        return found, np.zeros(len(found), dtype=bool)

    pairs = sorted(weights)
    left, right = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    values = np.array([weights[pair] for pair in pairs], dtype=float)
    return cluster_nodes(size, left, right, values, 3.0, weigh, list(must), list(must_not)).labels.tolist()


def test_one_wrong_link_does_not_chain_two_people() -> None:
    first = {(a, b): 12.0 for a in range(3) for b in range(a + 1, 3)}
    second = {(a, b): 12.0 for a in range(3, 6) for b in range(a + 1, 6)}
    assert decide({**first, **second, (2, 3): 5.0}, 6) == [0, 0, 0, 3, 3, 3]


def test_one_badly_typed_record_does_not_tear_a_person_apart() -> None:
    assert decide({(0, 1): 14.0, (1, 2): 14.0, (0, 2): -2.0}, 3) == [0, 0, 0]


def test_decisions_hold_within_a_component() -> None:
    everybody = {(a, b): 12.0 for a in range(4) for b in range(a + 1, 4)}
    apart = decide(everybody, 4, must_not=[(0, 3)])
    assert apart[0] != apart[3]
    assert decide({(0, 1): 12.0}, 3, must=[(1, 2)]) == [0, 0, 0]


def test_components_above_the_cap_are_split_along_weak_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "LARGEST_COMPONENT", 3)
    strong = dict.fromkeys([(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)], 12.0)
    assert decide({**strong, (2, 3): 4.0, (1, 4): 4.0}, 6) == [0, 0, 0, 3, 3, 3]
