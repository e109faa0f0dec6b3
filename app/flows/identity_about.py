"""Whom may an agent's word be about, and what may it rest on?  On what we hold of them, no more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from app.database.statements import statement
from app.database.transaction import Connection
from app.flows.attestation import Check
from app.flows.touchpoint_again import Asked
from app.identify import queries as identify
from app.identify.merge import current_id
from app.identify.telling import trait
from app.identify.words import SpokenBefore, WordKind
from app.problems import Fault, InvalidInput, NotFound
from app.vocabulary import CustomerId, IdentifierType

CHECKS_HELD: Final = statement("app.flows", "checks_held")

_RIGHT_ANSWERS: Final[Mapping[str, tuple[str, Check]]] = {
    "name": ("name", Check.FIRST_NAME),
    "social_name": ("name", Check.FIRST_NAME),
    "birth_date": ("birth_date", Check.BIRTH_DATE),
    "postal_code": ("postal_code", Check.POSTAL_CODE),
}
"""What is compared with a value, and how it is read: a filler has no right answer."""

_ENOUGH_TO_HAVE: Final[Mapping[str, Check]] = {
    IdentifierType.TAX_ID: Check.TAX_ID,
    IdentifierType.DOCUMENT: Check.DOCUMENT,
    "last_purchase": Check.LAST_PURCHASE,
    IdentifierType.PHONE: Check.ONE_TIME_CODE,
    IdentifierType.WHATSAPP: Check.ONE_TIME_CODE,
    IdentifierType.EMAIL: Check.ONE_TIME_CODE,
    IdentifierType.SOCIAL: Check.ONE_TIME_CODE,
}
"""A code proves something where it was sent to a contact point that was theirs before."""


async def whom(
    tx: Connection,
    asked: Asked,
    named: CustomerId | None,
    kind: WordKind,
    spoken: Sequence[SpokenBefore],
) -> CustomerId:
    """Return whom a word is about: the customer it names, else whom we took the caller for.

    A denial that comes twice is about whoever was denied the first time, as nobody is named since.

    Raises:
        Gone: the customer was erased.
        InvalidInput: nobody was named, by us or by the agent, or an id that was never given out.
    """
    if named is None and (answered := asked.answer["customer"]["id"]) is not None:
        named = CustomerId(UUID(answered))
    if named is None and spoken and kind is spoken[-1].kind is WordKind.DENIED:
        last = spoken[-1].record_id
        named = (await identify.customers_of(tx, [last])).get(last)
    if named is None:
        fault = Fault("/customer_id", "which-customer", "say which customer it is about")
        raise InvalidInput(
            "we named nobody at this touchpoint", code="which-customer", faults=(fault,)
        )
    try:
        return await current_id(tx, named)
    except NotFound:
        fault = Fault("/customer_id", "no-such-customer", "was never given out")
        raise InvalidInput(
            "no customer has this id", code="no-such-customer", faults=(fault,)
        ) from None


def require_candidate(kind: WordKind, checks: Collection[Check]) -> None:
    """Say no to a word about somebody who was never a candidate, unless it says why it is they.

    An agent who found the customer by other means compared something; a wrong id compared nothing.

    Raises:
        InvalidInput: always for a denial; for a confirmation that rests on no check.
    """
    if kind is WordKind.CONFIRMED and checks:
        return
    detail = "holds nothing of what was asked with"
    if kind is WordKind.CONFIRMED:
        detail += ": say in verified_by what was checked"
    fault = Fault("/customer_id", "not-a-candidate", detail)
    raise InvalidInput(
        "this customer was no candidate at this touchpoint",
        code="not-a-candidate",
        faults=(fault,),
    )


async def require_held(tx: Connection, customer: CustomerId, checks: Collection[Check]) -> None:
    """Pass where each check was made on something we hold of the customer.

    Raises:
        InvalidInput: one was not; says which could be checked, and no value.
    """
    if not checks:
        return
    rows = await tx.execute(CHECKS_HELD, {"customer_id": customer})
    held = checkable((row.fact, row.value) for row in rows)
    not_held = sorted(set(checks) - held)
    if not not_held:
        return
    could = ", ".join(sorted(held)) or "nothing"
    raise InvalidInput(
        f"of this customer can be checked: {could}",
        code="not-held",
        faults=tuple(
            Fault("/verified_by", "not-held", f"we hold no {each.value} to compare with")
            for each in not_held
        ),
    )


def checkable(facts: Iterable[tuple[str, str | None]]) -> frozenset[Check]:
    """Return what can be checked of a customer of whom these facts are held."""
    found = set()
    for fact, value in facts:
        if value is None:
            found |= {_ENOUGH_TO_HAVE[fact]} if fact in _ENOUGH_TO_HAVE else set()
            continue
        read_as, check = _RIGHT_ANSWERS[fact]
        _, answers = trait(read_as, value)
        found |= {check} if answers else set()
    return frozenset(found)
