"""Which records form one person?

Links above the threshold join nodes into components. One wrong link would chain two people together, so each
component is looked at again: all its pairs are weighed, and groups are joined only while the average weight between
them speaks for one person (average linkage). Human decisions stand above both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

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

WeighPairs = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Gives the match weights of pairs of nodes, and whether each shows a contradiction."""


@dataclass(frozen=True)
class Clustering:
    """Which cluster is each node in? `labels` are node numbers: the smallest of the cluster. Counts for the notes."""

    labels: np.ndarray
    split_component_count: int
    presplit_component_count: int
    refused_link_count: int


def _components(node_count: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Which connected component is each node in?"""
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(node_count, node_count))
    return connected_components(graph, directed=False)[1]


def _smallest_member(labels: np.ndarray) -> np.ndarray:
    """Which node is the smallest of each node's cluster?"""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return first[inverse]


def _find(parent: dict[int, int], node: int) -> int:
    """Which node stands for this node's group?"""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def capped_groups(nodes: np.ndarray, left: np.ndarray, right: np.ndarray, weights: np.ndarray) -> dict[int, int]:
    """Which group is each node in, if no group may exceed LARGEST_COMPONENT? Strongest links first; ties by node."""
    parent = {int(node): int(node) for node in nodes}
    size = dict.fromkeys(parent, 1)
    for link in np.lexsort((right, left, -weights)):
        a, b = sorted((_find(parent, int(left[link])), _find(parent, int(right[link]))))
        if a != b and size[a] + size[b] <= LARGEST_COMPONENT:
            parent[b] = a
            size[a] += size[b]
    return {node: _find(parent, node) for node in parent}


def _split_large(
    labels: np.ndarray, left: np.ndarray, right: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, int]:
    """Which components stay once none exceeds LARGEST_COMPONENT? Also how many had to be split."""
    sizes = np.bincount(labels)
    large = np.flatnonzero(sizes > LARGEST_COMPONENT)
    answer = _smallest_member(labels)
    for component in large:
        inside = labels[left] == component
        nodes = np.flatnonzero(labels == component)
        groups = capped_groups(nodes, left[inside], right[inside], weights[inside])
        answer[nodes] = [groups[int(node)] for node in nodes]
    return answer, len(large)


def _pairs_of_groups(order: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs of nodes lie within each group? Groups one after another, pairs in the order of scipy's pdist."""
    later = np.repeat(sizes, sizes) - 1 - (np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes))
    positions = (
        np.concatenate([np.arange(s, s + n) for s, n in zip(starts, sizes, strict=True)]) if len(sizes) else starts
    )
    left = np.repeat(np.arange(len(positions)), later)
    offset = np.arange(len(left)) - np.repeat(np.cumsum(later) - later, later)
    return order[positions[left]], order[positions[left + 1 + offset]]


def average_linkage(weights: np.ndarray, cut: float) -> np.ndarray:
    """Which group does each member join? `weights`: one per pair in pdist order; joined while the average is >= cut."""
    tree = linkage(HIGHEST_WEIGHT - weights, method="average")
    return fcluster(tree, HIGHEST_WEIGHT - cut, criterion="distance")


def _constrained_linkage(
    size: int, weights: np.ndarray, cut: float, joined: list[tuple[int, int]], apart: set[tuple[int, int]]
) -> np.ndarray:
    """Which group does each member join, if these pairs must be joined and those kept apart?

    The same average linkage, with the joined pairs as first groups and no merge across a pair kept apart. A pair to be
    joined that would break a pair to be kept apart is not joined.
    """
    total = np.zeros((size, size))
    total[np.triu_indices(size, 1)] = weights
    total += total.T
    forbidden = np.zeros((size, size), dtype=bool)
    for a, b in apart:
        forbidden[a, b] = forbidden[b, a] = True
    count = np.ones(size)
    labels = np.arange(size)
    alive = np.ones(size, dtype=bool)

    def merge(a: int, b: int) -> None:
        a, b = min(a, b), max(a, b)
        total[a] += total[b]
        total[:, a] += total[:, b]
        forbidden[a] |= forbidden[b]
        forbidden[:, a] |= forbidden[:, b]
        count[a] += count[b]
        alive[b] = False
        labels[labels == b] = a

    for a, b in joined:
        if labels[a] != labels[b] and not forbidden[labels[a], labels[b]]:
            merge(int(labels[a]), int(labels[b]))
    while True:
        mean = total / (count[:, None] * count[None, :])
        mean[forbidden | ~(alive[:, None] & alive[None, :])] = -np.inf
        np.fill_diagonal(mean, -np.inf)
        best = int(np.argmax(mean))
        if mean.flat[best] < cut:
            return labels
        merge(*divmod(best, size))


def _local(pairs: list[tuple[int, int]], nodes: np.ndarray) -> list[tuple[int, int]]:
    """Which of these pairs lie within these sorted nodes, as positions?"""
    place = {int(node): position for position, node in enumerate(nodes)}
    return [(place[a], place[b]) for a, b in pairs if a in place and b in place]


def cluster_nodes(
    node_count: int,
    left: np.ndarray,
    right: np.ndarray,
    weights: np.ndarray,
    cut: float,
    weigh_pairs: WeighPairs,
    must_link: list[tuple[int, int]],
    must_not_link: list[tuple[int, int]],
) -> Clustering:
    """Which cluster is each node in?

    Args:
        node_count: nodes are numbered from 0; their order must not depend on the order of the records.
        left: one node of each candidate pair.
        right: the other node of each.
        weights: the match weight of each, in bits.
        cut: the weight from which a pair is a link.
        weigh_pairs: weighs pairs that were no candidates.
        must_link: pairs of nodes a person decided to join.
        must_not_link: pairs of nodes a person decided to keep apart; wins over must_link.
    """
    is_link = weights >= cut
    forced = np.array(must_link, dtype=np.int64).reshape(-1, 2)
    links_l = np.concatenate([left[is_link], forced[:, 0]])
    links_r = np.concatenate([right[is_link], forced[:, 1]])
    strength = np.concatenate([weights[is_link], np.full(len(forced), np.inf)])
    labels, presplit = _split_large(_components(node_count, links_l, links_r), links_l, links_r, strength)
    order = np.argsort(labels, kind="stable")
    _, starts, sizes = np.unique(labels[order], return_index=True, return_counts=True)
    wanted = sizes > 1
    answer = np.arange(node_count)
    answer[order] = labels[order]
    lowest_average = min(cut, AVERAGE_WEIGHT_TO_JOIN)
    split = _refine(answer, order, starts[wanted], sizes[wanted], lowest_average, weigh_pairs, must_link, must_not_link)
    refused = sum(int(answer[a] != answer[b]) for a, b in must_link)
    return Clustering(_smallest_member(answer), split, presplit, refused)


def _refine(
    answer: np.ndarray,
    order: np.ndarray,
    starts: np.ndarray,
    sizes: np.ndarray,
    cut: float,
    weigh_pairs: WeighPairs,
    must_link: list[tuple[int, int]],
    must_not_link: list[tuple[int, int]],
) -> int:
    """How many components fall apart when all their pairs are weighed? Changes `answer` in place."""
    left, right = _pairs_of_groups(order, starts, sizes)
    raw, is_conflict = weigh_pairs(left, right)
    weights = np.where(is_conflict, CONFLICT_WEIGHT, np.clip(raw, LOWEST_WEIGHT, HIGHEST_WEIGHT))
    pair_counts = sizes * (sizes - 1) // 2
    ends = np.cumsum(pair_counts)
    decided = {node for pair in (*must_link, *must_not_link) for node in pair}
    has_decision = np.isin(order, np.fromiter(decided, dtype=np.int64, count=len(decided)))
    split = 0
    lowest = np.minimum.reduceat(weights, ends - pair_counts) if len(weights) else weights
    for group, (start, size, end, count) in enumerate(zip(starts, sizes, ends, pair_counts, strict=True)):
        constrained = bool(has_decision[start : start + size].any())
        if lowest[group] >= cut and not constrained:
            continue
        nodes = order[start : start + size]
        inside = weights[end - count : end]
        if constrained:
            apart = set(_local(must_not_link, nodes))
            local = _constrained_linkage(int(size), inside, cut, _local(must_link, nodes), apart)
        else:
            local = average_linkage(inside, cut)
        _, first, inverse = np.unique(local, return_index=True, return_inverse=True)
        answer[nodes] = nodes[first[inverse]]
        split += len(first) > 1
    return split
