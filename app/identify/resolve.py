"""Who is this?  An answer with its evidence, in one statement, that changes nothing.

    known       one customer, or one far ahead of the others
    ambiguous   what was given points to several customers
    shared      several customers have the very same: a household's line, a couple's e-mail
    blocked     nothing that was given can identify anybody: a toll-free number, a value of many,
                a filler such as "CONSUMIDOR FINAL"
    unknown     nobody has it

All of them are answers.  Whoever had a number before it was given to somebody else is told, and
weighs nothing; nor does, at a moment before that, whoever has it since.  Who was not seen with a
number for long is less sure to have it still: its bits fade, and the confidence with them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.identify.holdings import holdings_of, traits_of
from app.identify.keys import identifier_key
from app.identify.normalise.faults import Fault
from app.identify.rows import Holding
from app.identify.telling import NOTHING_SAID, Question, Traits, fit, question_among
from app.identify.weighing import Candidate, ranked, with_confidence
from app.vocabulary import CustomerId, Identifier, IdentifierKey, IdentifierType, value_type

LEAD_BITS: Final = 3.0
"""By how much the best customer must beat the second: eight times as likely (judgement)."""

TOLD_APART: Final = "told_apart"
FITS_NOBODY: Final = "answer_fits_nobody"
DENIED_BEFORE: Final = "said_not_theirs"
"""Reasons of answers, by what the caller said and by what was said of them before."""

MOST_TOLD_APART: Final = 5
"""Of so many candidates, the likeliest, a question has to tell who it is."""


class MatchState(StrEnum):
    """What the identifiers given say about who it is."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    SHARED = "shared"
    BLOCKED = "blocked"


@value_type()
class Resolution:
    """Who it is, how sure, and why; ``customer`` is None unless known.

    ``told_by`` are the answers of the caller that told who it is of the candidates.
    """

    state: MatchState
    customer: Candidate | None
    candidates: tuple[Candidate, ...]
    reason: str
    weightless: tuple[IdentifierType, ...] = ()
    question: Question | None = None
    told_by: tuple[Question, ...] = ()

    @property
    def contenders(self) -> tuple[Candidate, ...]:
        """Return the candidates that are as good as the best: those it is really between."""
        real = [each for each in self.candidates if not each.anonymous and each.bits > 0]
        return tuple(each for each in real if real[0].bits - each.bits < LEAD_BITS)


NOBODY: Final = Resolution(MatchState.UNKNOWN, None, (), "no_identifier")
FILLER: Final = Resolution(MatchState.BLOCKED, None, (), "placeholder")
LATE: Final = Resolution(MatchState.UNKNOWN, None, (), "not_asked_in_time")


async def who_is(
    tx: Connection,
    keyed_hash: KeyedHash,
    identifiers: Collection[Identifier],
    at: datetime,
    said: Traits = NOTHING_SAID,
) -> Resolution:
    """Return who the identifiers belong to at that moment; nothing is written.

    One statement; where several could be meant, another tells them apart by what the caller
    ``said``, or finds the question that would.
    """
    if not identifiers:
        return NOBODY
    keys = {identifier_key(keyed_hash, found): found for found in identifiers}
    visits = [key for key, found in keys.items() if found.type is IdentifierType.VISIT]
    others = [key for key, found in keys.items() if found.type is not IdentifierType.VISIT]
    found = judge(await holdings_of(tx, others, visits, at), keys, at)
    return await told_apart(tx, found, said)


def unusable(faults: Collection[str]) -> Resolution:
    """Return who it is by nothing but faulty values: a filler is nobody's, whoever sends it."""
    return FILLER if Fault.PLACEHOLDER in faults else NOBODY


async def told_apart(tx: Connection, found: Resolution, said: Traits = NOTHING_SAID) -> Resolution:
    """Return who of several candidates it is by what they said, else what to ask them."""
    if found.state not in {MatchState.SHARED, MatchState.AMBIGUOUS}:
        return found
    between = found.contenders if said.known else found.contenders[:MOST_TOLD_APART]
    traits = await traits_of(tx, [each.customer_id for each in between])
    return by_answers(found, traits, said)


def by_answers(found: Resolution, traits: Mapping[CustomerId, Traits], said: Traits) -> Resolution:
    """Weigh what the caller said against what is known of the candidates, and ask what is left.

    Whom an answer fits is known if they lead as far as anybody must.  An answer that fits none of
    them makes it nobody else: people mishear, and another question is asked.
    """
    fits = {customer: fit(said, known) for customer, known in traits.items()}
    scored = {
        each.customer_id: each.bits + sum(fits[each.customer_id].values())
        for each in found.contenders
        if each.customer_id in fits
    }
    order = sorted(scored, key=lambda customer: -scored[customer])
    best = order[0]
    left = [each for each in order if scored[best] - scored[each] < LEAD_BITS]
    if len(left) == 1 and sum(fits[best].values()) > 0:
        return _known_by_answer(found, best, fits)
    contradicted = bool(said.known) and all(sum(each.values()) < 0 for each in fits.values())
    rivals = order if contradicted else left
    asked = [question for question in Question if said.known.get(question)]
    return replace(
        found,
        reason=FITS_NOBODY if contradicted else found.reason,
        question=question_among({each: traits[each] for each in rivals[:MOST_TOLD_APART]}, asked),
    )


def _known_by_answer(
    found: Resolution, best: CustomerId, fits: Mapping[CustomerId, Mapping[Question, float]]
) -> Resolution:
    spoken = {customer: sum(each.values()) for customer, each in fits.items()}
    candidates = with_confidence(found.candidates, spoken)
    customer = next(each for each in candidates if each.customer_id == best)
    return replace(
        found,
        state=MatchState.KNOWN,
        customer=customer,
        candidates=tuple(candidates),
        reason=TOLD_APART,
        told_by=tuple(question for question, bits in fits[best].items() if bits > 0),
    )


def judge(
    holdings: Sequence[Holding], asked: Mapping[IdentifierKey, Identifier], at: datetime
) -> Resolution:
    """Weigh who holds what of the identifiers asked about, at a moment.

    The customer with most bits is known if the next has at least ``LEAD_BITS`` less.  Customers
    made by asking alone are nobody yet: the answer stays ``unknown``, and its facts
    are kept together on one of them.
    """
    generic = {held.key for held in holdings if held.state != "active"}
    usable = {key for key, found in asked.items() if found.identifies and key not in generic}
    denied = any(held.denied and not held.anonymous and held.key in usable for held in holdings)
    of_many = any(held.state == "generic" for held in holdings)
    holdings = [held for held in holdings if not held.denied]
    weightless = tuple(
        sorted(
            {held.type for held in holdings if held.key not in usable}, key=lambda kind: kind.value
        )
    )
    found = ranked([held for held in holdings if held.key in usable], asked, at)
    real = [candidate for candidate in found if not candidate.anonymous]
    if not real and asked and not usable:
        reason = "held_by_many" if of_many else "never_identifies"
        return Resolution(MatchState.BLOCKED, None, tuple(found), reason, weightless)
    if not real:
        reason = DENIED_BEFORE if denied else "not_seen_before"
        return Resolution(MatchState.UNKNOWN, None, tuple(found), reason, weightless)
    rivals = [each for each in real if real[0].bits - each.bits < LEAD_BITS]
    if len(rivals) == 1:
        return Resolution(MatchState.KNOWN, real[0], tuple(real), "exact", weightless)
    if len({each.held_keys for each in rivals}) == 1:
        return Resolution(MatchState.SHARED, None, tuple(real), "shared_by_several", weightless)
    return Resolution(MatchState.AMBIGUOUS, None, tuple(real), "held_by_several", weightless)
