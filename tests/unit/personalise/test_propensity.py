"""What does an answer teach, and how much?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.interact.outcomes import OutcomeKind
from app.personalise.propensity import (
    Counts,
    Label,
    Prior,
    Propensities,
    final_label,
    posterior_mean,
)

K = OutcomeKind
PRIOR = Prior(Decimal("0.1"), Decimal(50))


@pytest.mark.parametrize(
    ("told", "label"),
    [
        ([], None),
        ([K.SHOWN], None),
        ([K.NOT_SHOWN], None),
        ([K.SHOWN, K.CLICKED, K.DEFERRED], None),
        ([K.SHOWN, K.ACCEPTED], Label.SUCCESS),
        ([K.CONVERTED], Label.SUCCESS),
        ([K.REJECTED], Label.FAILURE),
        ([K.IGNORED], Label.FAILURE),
        ([K.NO_ANSWER], Label.FAILURE),
        ([K.OPTED_OUT], Label.FAILURE),
        ([K.COMPLAINT], Label.FAILURE),
        ([K.REJECTED, K.ACCEPTED], Label.SUCCESS),
        ([K.NOT_SHOWN, K.IGNORED], None),
        ([K.NOT_SHOWN, K.ACCEPTED], Label.SUCCESS),
        ([K.ACCEPTED, K.REVERSED], Label.FAILURE),
        ([K.REVERSED], Label.FAILURE),
        ([K.WRONG_PERSON, K.REJECTED], None),
        ([K.WRONG_PERSON, K.ACCEPTED, K.REVERSED], None),
    ],
)
def test_what_the_outcomes_of_a_decision_teach(
    told: list[OutcomeKind], label: Label | None
) -> None:
    assert final_label(told) is label
    assert final_label(told[::-1] * 2) is label


def test_without_answers_it_is_the_prior() -> None:
    assert Propensities().of("a", "loyal", PRIOR).mean == Decimal("0.1")


def test_the_posterior_mean_is_the_textbook_one() -> None:
    assert posterior_mean(Counts(50, 20), PRIOR) == Decimal("0.25")


def test_a_segment_leaves_the_action_as_its_own_answers_come_in() -> None:
    cells = [("a", "loyal", Counts(1000, 500)), ("a", "new", Counts(10, 0))]
    told = Propensities.from_cells(cells, "7")
    loyal, new, lost = (told.of("a", s, PRIOR).mean for s in ("loyal", "new", "lost"))
    assert Decimal("0.1") < new < lost < loyal < Decimal("0.5")
    assert told.of("a", "new", PRIOR).action == Counts(1010, 500)


def test_what_one_segment_reads_is_enough_to_decide_again() -> None:
    cells = [("a", "loyal", Counts(10, 5)), ("a", "new", Counts(10, 0)), ("b", "new", Counts(1, 1))]
    told = Propensities.from_cells(cells, "7")
    for action in ("a", "b", "c"):
        assert told.within("new").of(action, "new", PRIOR) == told.of(action, "new", PRIOR)
    assert "loyal" not in told.within("new").cells["a"]


def test_a_label_of_zero_is_still_a_label() -> None:
    assert all(bool(label) for label in Label)
