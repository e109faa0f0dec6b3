"""Which things hang together?  Disjoint sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


class Forest(dict[Node, Node]):
    """Disjoint sets with path halving (Tarjan and van Leeuwen 1984)."""

    def root(self, node: Node) -> Node:
        """Return the name of the set that holds the node, which joins as a set of its own."""
        self.setdefault(node, node)
        while self[node] != node:
            self[node] = self[self[node]]
            node = self[node]
        return node

    def join(self, nodes: Iterable[Node]) -> None:
        """Put the nodes and all that is in their sets into one."""
        first: Node | None = None
        for node in nodes:
            root = self.root(node)
            if first is None:
                first = root
            elif root != first:
                self[root] = first

    def sets(self) -> list[frozenset[Node]]:
        """Return the disjoint sets."""
        members: dict[Node, set[Node]] = defaultdict(set)
        for node in list(self):
            members[self.root(node)].add(node)
        return [frozenset(group) for group in members.values()]
