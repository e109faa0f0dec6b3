"""Do the counts depend on what happened, and on nothing else?"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.interact.outcomes import OutcomeKind
from app.personalise.propensity import (
    Counts,
    Label,
    Prior,
    Propensities,
    change,
    counts_of,
    final_label,
)

kinds = st.sampled_from(OutcomeKind)
told = st.lists(st.tuples(st.integers(0, 3), kinds), max_size=12)
priors = st.builds(Prior, st.decimals("0.001", "0.999", places=3), st.decimals(1, 500, places=0))
counts = st.integers(0, 1_000).flatmap(
    lambda trials: st.integers(0, trials).map(lambda yes: Counts(trials, yes))
)
cells = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["loyal", "new"]), counts), max_size=6
)


def fold(outcomes: list[tuple[int, OutcomeKind]]) -> Counts:
    """Learn one outcome at a time, as they come in."""
    known: defaultdict[int, set[OutcomeKind]] = defaultdict(set)
    labels: dict[int, Label | None] = {}
    total = Counts()
    for decision, kind in outcomes:
        known[decision].add(kind)
        label = final_label(known[decision])
        total += change(labels.get(decision), label)
        labels[decision] = label
    return total


@given(told, st.data())
def test_learning_does_not_depend_on_order_or_repetition(
    outcomes: list[tuple[int, OutcomeKind]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(outcomes + outcomes[:3]))
    assert fold(shuffled) == fold(outcomes)


@given(told)
def test_learning_bit_by_bit_is_learning_at_once(outcomes: list[tuple[int, OutcomeKind]]) -> None:
    known: defaultdict[int, set[OutcomeKind]] = defaultdict(set)
    for decision, kind in outcomes:
        known[decision].add(kind)
    at_once = Counts()
    for told_of_one in known.values():
        at_once += counts_of(final_label(told_of_one))
    assert fold(outcomes) == at_once
    assert 0 <= at_once.successes <= at_once.trials


def test_the_last_word_alone_would_depend_on_order() -> None:
    """Negative control: a label that the latest outcome decides is no function of the set."""
    outcomes = [OutcomeKind.ACCEPTED, OutcomeKind.IGNORED]
    assert final_label(outcomes[-1:]) is not final_label(outcomes[:1])
    assert final_label(outcomes) is final_label(outcomes[::-1])


@given(cells, priors, st.sampled_from("ab"), st.sampled_from(["loyal", "new", "lost"]))
def test_a_propensity_is_a_probability_and_moves_with_the_answers(
    rows: list[tuple[str, str, Counts]], prior: Prior, action: str, segment: str
) -> None:
    def mean(*more: tuple[str, str, Counts]) -> Decimal:
        return Propensities.from_cells([*rows, *more], "1").of(action, segment, prior).mean

    now = mean()
    yes, no = mean((action, segment, Counts(1, 1))), mean((action, segment, Counts(1, 0)))
    assert 0 <= no <= now <= yes <= 1
    assert no < yes


@given(cells, priors, st.data())
def test_a_snapshot_does_not_depend_on_the_order_of_its_rows(
    rows: list[tuple[str, str, Counts]], prior: Prior, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows))
    assert Propensities.from_cells(shuffled, "1") == Propensities.from_cells(rows, "1")
    told = Propensities.from_cells(rows, "1")
    for segment in ("loyal", "new"):
        assert told.within(segment).of("a", segment, prior) == told.of("a", segment, prior)
