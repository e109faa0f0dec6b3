"""Does a query string say only what its route listens to?

A parameter that is misspelt, or that two readers might see differently, changes an answer without a
word.  Routes declare theirs as arguments, so that the contract and this know them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from starlette.datastructures import QueryParams

from app.api.problem_details import query_pointer
from app.problems import Fault, InvalidInput


def query_parameters(dependant: Dependant) -> Iterator[str]:
    """Yield the names of the query parameters of a route and of what it depends on."""
    yield from (parameter.alias for parameter in dependant.query_params)
    for needed in dependant.dependencies:
        yield from query_parameters(needed)


def refuse_unknown_parameters(given: QueryParams, known: frozenset[str]) -> None:
    """Let a query pass whose parameters are known, each given once.

    Raises:
        InvalidInput: it has others, or one twice; names that none of ours could be are not told.
    """
    times = Counter(name for name, _ in given.multi_items())
    faults = [
        Fault(query_pointer(name), "unknown-parameter", "this parameter is not known here")
        for name in times.keys() - known
    ]
    faults += [
        Fault(query_pointer(name), "doubled-parameter", "this parameter may be given once")
        for name in times.keys() & known
        if times[name] > 1
    ]
    if faults:
        faults.sort(key=lambda fault: fault.pointer)
        raise InvalidInput("the query says what is not asked here", faults=tuple(faults))
