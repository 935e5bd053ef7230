"""Which records form one person?

Links above the threshold join nodes into components. One wrong link would chain two people together, so each
component is looked at again: all its pairs are weighed, and groups are joined only while the average weight between
them speaks for one person (average linkage). Human decisions stand above both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit

LOWEST_WEIGHT = -3.0
HIGHEST_WEIGHT = 14.0
"""Bits. Weights are cut to this range before averaging: one very rare surname must not outvote three disagreements, and
one badly typed record must not tear a person apart."""

CONFLICT_WEIGHT = -10.0
"""Bits. What a pair with a contradiction (twins, generations) counts in the average instead."""

AVERAGE_WEIGHT_TO_JOIN = 0.0
"""Bits. Two groups are joined while the average between them speaks for one person at all; that a link exists between
them was asked before, at the threshold. Measured on labelled sets: a stricter average loses true pairs three to one."""

LARGEST_COMPONENT = 300
"""Nodes. Larger components are first split along their weakest links; 300 nodes are 44,850 pairs."""

MEMBERS_LOOKED_AT = 25
"""Nodes of each part that are compared when the parts of a component that was too large are joined again."""

WeighPairs = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Gives the match weights of pairs of nodes, and whether each shows a contradiction."""

NodePairs = list[tuple[int, int]]


@dataclass(frozen=True)
class Links:
    """Which pairs of nodes are held to be one person, by themselves? left < right."""

    left: np.ndarray
    right: np.ndarray
    weights: np.ndarray

    def where(self, chosen: np.ndarray) -> Links:
        """Which of them are these?"""
        return Links(self.left[chosen], self.right[chosen], self.weights[chosen])


@dataclass(frozen=True)
class Refusals:
    """Which links were not followed, and why? One element per link whose nodes ended in different clusters.

    Attributes:
        links: the links.
        average: the average weight between the two clusters, in bits.
        is_decided: whether a must-not-link decision keeps the two clusters apart.
    """

    links: Links
    average: np.ndarray
    is_decided: np.ndarray


@dataclass(frozen=True)
class Clustering:
    """Which cluster is each node in? `labels` are node numbers: the smallest of the cluster. Counts for the notes."""

    labels: np.ndarray
    refusals: Refusals
    split_component_count: int
    presplit_component_count: int
    refused_must_link_count: int


@njit(cache=True, nogil=True)
def _components(node_count, left, right):
    """Which connected component is each node in? Numbered by their smallest node, ascending."""
    parent = np.arange(node_count)
    for link in range(len(left)):
        a, b = left[link], right[link]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        parent[max(a, b)] = min(a, b)
    labels, count = np.empty(node_count, dtype=np.int64), 0
    for node in range(node_count):
        if parent[node] == node:
            labels[node] = count
            count += 1
        else:
            labels[node] = labels[parent[node]]
    return labels


def _smallest_member(labels: np.ndarray) -> np.ndarray:
    """Which node is the smallest of each node's cluster?"""
    smallest = np.full(int(labels.max(initial=-1)) + 1, len(labels), dtype=np.int64)
    np.minimum.at(smallest, labels, np.arange(len(labels)))
    return smallest[labels]


def _find(parent: dict[int, int], node: int) -> int:
    """Which node stands for this node's group?"""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def capped_groups(nodes: np.ndarray, links: Links) -> dict[int, int]:
    """Which group is each node in, if no group may exceed LARGEST_COMPONENT? Strongest links first; ties by node."""
    parent = {int(node): int(node) for node in nodes}
    size = dict.fromkeys(parent, 1)
    for link in np.lexsort((links.right, links.left, -links.weights)):
        a, b = sorted((_find(parent, int(links.left[link])), _find(parent, int(links.right[link]))))
        if a != b and size[a] + size[b] <= LARGEST_COMPONENT:
            parent[b] = a
            size[a] += size[b]
    return {node: _find(parent, node) for node in parent}


def _split_large(labels: np.ndarray, links: Links) -> tuple[np.ndarray, np.ndarray]:
    """Which components stay once none exceeds LARGEST_COMPONENT? Also which of the old ones had to be split."""
    large = np.flatnonzero(np.bincount(labels) > LARGEST_COMPONENT)
    answer = _smallest_member(labels)
    for component in large:
        inside = links.where(labels[links.left] == component)
        nodes = np.flatnonzero(labels == component)
        groups = capped_groups(nodes, inside)
        answer[nodes] = [groups[int(node)] for node in nodes]
    return answer, large


@njit(cache=True, nogil=True)
def _pairs_within(order, starts):
    """Which pairs of nodes lie within each group? Group after group; (0,1), (0,2) … (1,2) …"""
    total = 0
    for g in range(len(starts) - 1):
        size = starts[g + 1] - starts[g]
        total += size * (size - 1) // 2
    left, right = np.empty(total, dtype=np.int32), np.empty(total, dtype=np.int32)
    k = 0
    for g in range(len(starts) - 1):
        for i in range(starts[g], starts[g + 1]):
            for j in range(i + 1, starts[g + 1]):
                left[k], right[k] = order[i], order[j]
                k += 1
    return left, right


@njit(cache=True, nogil=True)
def _merge(a, b, size, total, forbidden, count, alive, labels):
    """How do two groups become one? In place; the smaller place stays."""
    for k in range(size):
        total[a, k] += total[b, k]
    for k in range(size):
        total[k, a] += total[k, b]
    for k in range(size):
        forbidden[a, k] |= forbidden[b, k]
        forbidden[k, a] |= forbidden[k, b]
        if labels[k] == b:
            labels[k] = a
    count[a] += count[b]
    alive[b] = False


@njit(cache=True, nogil=True)
def average_linkage(weights, size, cut, joined, apart):
    """Which group does each of `size` members join?

    Groups are joined, the two with the highest average weight first, while that average is at least `cut`; ties go to
    the smaller places. Pairs in `joined` are joined first, and no two groups with a pair of `apart` between them are.

    Args:
        weights: one per pair of members, in the order (0,1), (0,2) … (1,2) …
        size: members.
        cut: bits.
        joined: pairs of members, one row each.
        apart: pairs of members, one row each.
    """
    total, forbidden = np.zeros((size, size)), np.zeros((size, size), dtype=np.bool_)
    k = 0
    for i in range(size):
        for j in range(i + 1, size):
            total[i, j] = total[j, i] = weights[k]
            k += 1
    for pair in range(len(apart)):
        forbidden[apart[pair, 0], apart[pair, 1]] = forbidden[apart[pair, 1], apart[pair, 0]] = True
    count, alive, labels = np.ones(size), np.ones(size, dtype=np.bool_), np.arange(size)
    for pair in range(len(joined)):
        a, b = labels[joined[pair, 0]], labels[joined[pair, 1]]
        if a != b and not forbidden[a, b]:
            _merge(min(a, b), max(a, b), size, total, forbidden, count, alive, labels)
    while True:
        best, a, b = -np.inf, -1, -1
        for i in range(size):
            if not alive[i]:
                continue
            for j in range(i + 1, size):
                if alive[j] and not forbidden[i, j] and total[i, j] > best * count[i] * count[j]:
                    best, a, b = total[i, j] / (count[i] * count[j]), i, j
        if a < 0 or best < cut:
            return labels
        _merge(a, b, size, total, forbidden, count, alive, labels)


@njit(cache=True, nogil=True)
def _refine_plain(order, starts, weights, cut, is_decided, answer):
    """Which components fall apart when all their pairs are weighed? Changes `answer`; gives how many.

    Components somebody decided about are left to _refine_decided.
    """
    none = np.zeros((0, 2), dtype=np.int64)
    split, at = 0, 0
    for g in range(len(starts) - 1):
        size = starts[g + 1] - starts[g]
        pairs = size * (size - 1) // 2
        inside = weights[at : at + pairs]
        at += pairs
        if pairs == 0 or is_decided[g] or inside.min() >= cut:
            continue
        labels = average_linkage(inside, size, cut, none, none)
        falls_apart = False
        for k in range(size):
            answer[order[starts[g] + k]] = order[starts[g] + labels[k]]
            falls_apart |= labels[k] != 0
        split += falls_apart
    return split


def _local(pairs: NodePairs, nodes: np.ndarray) -> np.ndarray:
    """Which of these pairs lie within these sorted nodes, as positions? One row each."""
    place = {int(node): position for position, node in enumerate(nodes)}
    found = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def _refine_decided(
    order: np.ndarray, starts: np.ndarray, weights: np.ndarray, cut: float, is_decided: np.ndarray,
    must: NodePairs, must_not: NodePairs, answer: np.ndarray,
) -> int:  # fmt: skip
    """Which components that hold decisions fall apart? Changes `answer`; gives how many."""
    sizes = np.diff(starts)
    ends = np.cumsum(sizes * (sizes - 1) // 2)
    split = 0
    for group in np.flatnonzero(is_decided & (sizes > 1)):
        nodes = order[starts[group] : starts[group + 1]]
        inside = weights[ends[group] - sizes[group] * (sizes[group] - 1) // 2 : ends[group]]
        labels = average_linkage(inside, len(nodes), cut, _local(must, nodes), _local(must_not, nodes))
        answer[nodes] = nodes[labels]
        split += int(labels.any())
    return split


def _refine(
    components: np.ndarray, cut: float, weigh: WeighPairs, must: NodePairs, must_not: NodePairs
) -> tuple[np.ndarray, int]:
    """Which cluster is each node in, once all pairs of its component are weighed? Also how many fell apart."""
    order = np.argsort(components, kind="stable")
    sizes = np.bincount(components)
    sizes = sizes[sizes > 0]
    in_group = np.repeat(sizes > 1, sizes)
    order, starts = order[in_group], np.concatenate([[0], np.cumsum(sizes[sizes > 1])]).astype(np.int64)
    left, right = _pairs_within(order, starts)
    raw, is_contradicted = weigh(left, right)
    weights = np.where(is_contradicted, CONFLICT_WEIGHT, np.clip(raw, LOWEST_WEIGHT, HIGHEST_WEIGHT))
    decided = np.array(sorted({node for pair in (*must, *must_not) for node in pair}), dtype=np.int64)
    is_decided = np.zeros(len(starts) - 1, dtype=np.bool_)
    if len(decided):
        is_decided = np.add.reduceat(np.isin(order, decided).astype(np.int64), starts[:-1]) > 0
    answer = np.arange(len(components))
    answer[order] = components[order]
    split = _refine_plain(order, starts, weights, cut, is_decided, answer)
    split += _refine_decided(order, starts, weights, cut, is_decided, must, must_not, answer)
    return _smallest_member(answer), split


def _spread_members(nodes: np.ndarray) -> np.ndarray:
    """Which of these nodes stand for all of them? At most MEMBERS_LOOKED_AT, evenly spread."""
    places = np.linspace(0, len(nodes) - 1, min(len(nodes), MEMBERS_LOOKED_AT)).astype(np.int64)
    return nodes[np.unique(places)]


def _averages(labels: np.ndarray, pairs: np.ndarray, weigh: WeighPairs) -> np.ndarray:
    """What is the average weight between these pairs of clusters, by members that stand for each? Bits."""
    wanted = np.unique(pairs)
    order = np.argsort(labels, kind="stable")
    begins, ends = np.searchsorted(labels[order], wanted), np.searchsorted(labels[order], wanted, side="right")
    members = {int(label): _spread_members(order[a:b]) for label, a, b in zip(wanted, begins, ends, strict=True)}
    sizes = np.array([len(members[int(a)]) * len(members[int(b)]) for a, b in pairs], dtype=np.int64)
    if not len(pairs):
        return np.zeros(0)
    left = np.concatenate([np.repeat(members[int(a)], len(members[int(b)])) for a, b in pairs])
    right = np.concatenate([np.tile(members[int(b)], len(members[int(a)])) for a, b in pairs])
    raw, is_contradicted = weigh(np.minimum(left, right), np.maximum(left, right))
    weights = np.where(is_contradicted, CONFLICT_WEIGHT, np.clip(raw, LOWEST_WEIGHT, HIGHEST_WEIGHT))
    return np.add.reduceat(weights, np.cumsum(sizes) - sizes) / sizes


def _label_pairs(labels: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Which two clusters does each pair of nodes lie in? One row each, the smaller label first."""
    a, b = labels[left], labels[right]
    return np.stack([np.minimum(a, b), np.maximum(a, b)], axis=1)


def _rejoin(labels: np.ndarray, links: Links, cut: float, weigh: WeighPairs, apart: NodePairs) -> np.ndarray:
    """Which clusters of components that were too large belong together after all?

    The parts they were split into were weighed apart from each other; those between which a link exists are joined
    while the average between them is at least `cut`, the highest first.
    """
    while True:
        between = _label_pairs(labels, links.left, links.right)
        pairs = np.unique(between[between[:, 0] != between[:, 1]], axis=0)
        forbidden = {tuple(sorted((int(labels[a]), int(labels[b])))) for a, b in apart}
        pairs = np.array([pair for pair in pairs.tolist() if tuple(pair) not in forbidden], dtype=np.int64).reshape(
            -1, 2
        )
        average = _averages(labels, pairs, weigh)
        if not len(pairs) or average.max() < cut:
            return labels
        joined: set[int] = set()
        for place in np.lexsort((pairs[:, 1], pairs[:, 0], -average)):
            a, b = (int(label) for label in pairs[place])
            if average[place] >= cut and a not in joined and b not in joined:
                labels = np.where(labels == b, a, labels)
                joined |= {a, b}


def _join_decided(labels: np.ndarray, must: NodePairs, must_not: NodePairs) -> np.ndarray:
    """Which clusters do must-link decisions join, where a component was split between the two?"""
    for a, b in must:
        one, other = sorted((int(labels[a]), int(labels[b])))
        if one != other and {one, other} not in [{int(labels[c]), int(labels[d])} for c, d in must_not]:
            labels = np.where(labels == other, one, labels)
    return labels


def _refusals(labels: np.ndarray, links: Links, weigh: WeighPairs, must_not: NodePairs) -> Refusals:
    """Which links were not followed, and why?"""
    refused = links.where(labels[links.left] != labels[links.right])
    between = _label_pairs(labels, refused.left, refused.right)
    pairs, place = np.unique(between, axis=0, return_inverse=True)
    apart = {tuple(sorted((int(labels[a]), int(labels[b])))) for a, b in must_not}
    is_apart = np.array([tuple(pair) in apart for pair in pairs.tolist()], dtype=bool)
    place = place.reshape(-1)
    return Refusals(refused, _averages(labels, pairs, weigh)[place], is_apart[place])


def cluster_nodes(
    node_count: int, links: Links, cut: float, weigh: WeighPairs, must_link: NodePairs, must_not_link: NodePairs
) -> Clustering:
    """Which cluster is each node in?

    Args:
        node_count: nodes are numbered from 0; their order must not depend on the order of the records.
        links: pairs whose weight is at least `cut`.
        cut: the weight from which a pair is a link, in bits.
        weigh: weighs pairs that were no candidates.
        must_link: pairs of nodes a person decided to join.
        must_not_link: pairs of nodes a person decided to keep apart; wins over must_link.
    """
    forced = np.array(must_link, dtype=np.int64).reshape(-1, 2)
    strength = np.full(len(forced), np.inf)
    every = Links(*(np.concatenate(pair) for pair in (
        (links.left, forced[:, 0]), (links.right, forced[:, 1]), (links.weights, strength)
    )))  # fmt: skip
    whole = _components(node_count, every.left.astype(np.int64), every.right.astype(np.int64))
    components, large = _split_large(whole, every)
    average = min(cut, AVERAGE_WEIGHT_TO_JOIN)
    labels, split = _refine(components, average, weigh, must_link, must_not_link)
    if len(large):
        in_large = np.isin(whole[links.left], large)
        labels = _join_decided(labels, must_link, must_not_link)
        labels = _smallest_member(_rejoin(labels, links.where(in_large), average, weigh, must_not_link))
    refused = sum(int(labels[a] != labels[b]) for a, b in must_link)
    return Clustering(labels, _refusals(labels, links, weigh, must_not_link), split, len(large), refused)
