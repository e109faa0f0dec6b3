"""What is wrong with a catalogue whose shape is right?

Everything is judged when a catalogue is published, so that nothing is half configured when a
customer is on the line: a rule that cannot be read, a script that lacks a language or an outbound
call that does not say who is calling keeps the whole bundle out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Final

from app.interact.caps import CapScope
from app.personalise.catalogue import Repeat
from app.personalise.document import (
    ActionDocument,
    CatalogueDocument,
    ClauseDocument,
    ContactHoursDocument,
    OnceAcceptedDocument,
    SharedCapDocument,
    TreatmentDocument,
    WordingDocument,
)
from app.personalise.worth import read_worth
from app.problems import Fault, InvalidInput
from app.rules.fields import FieldRegistry
from app.rules.parse import parse
from app.rules.wording import PLACEHOLDER
from app.vocabulary import Channel, Direction, Strategy

PLACEHOLDERS: Final = frozenset(
    {
        "agent",
        "amount",
        "benefit",
        "company",
        "complement",
        "date",
        "month",
        "name",
        "order",
        "product",
        "protocol",
        "time",
        "topic",
        "years",
    }
)
"""What a script may leave open; ``name`` gets a value only when the name may be spoken."""

_SUBJECTS: Final = {
    CapScope.STRATEGY: frozenset(Strategy),
    CapScope.CHANNEL: frozenset(Channel),
    CapScope.EVERYTHING: frozenset({""}),
}


def faults_in(document: CatalogueDocument, registry: FieldRegistry) -> Iterator[Fault]:
    """Yield every fault of a catalogue, at its JSON pointer and without the value."""
    yield from _repeated((action.key for action in document.actions), "/actions", "key")
    for index, clause in enumerate(document.shared_clauses):
        yield from _rule_faults(clause, registry, f"/shared_clauses/{index}")
    for index, action in enumerate(document.actions):
        shared = [c.code for c in document.shared_clauses if action.strategy in c.strategies]
        yield from _action_faults(action, shared, registry, f"/actions/{index}")
    for index, cap in enumerate(document.policy.caps):
        yield from _cap_faults(cap, f"/policy/caps/{index}")
    for index, hours in enumerate(document.policy.contact_hours):
        yield from _hours_faults(hours, f"/policy/contact_hours/{index}")


def _action_faults(
    action: ActionDocument, shared: list[str], registry: FieldRegistry, pointer: str
) -> Iterator[Fault]:
    codes = [*shared, *(clause.code for clause in action.clauses)]
    yield from _repeated(codes, f"{pointer}/clauses", "code", before=len(shared))
    for index, clause in enumerate(action.clauses):
        yield from _rule_faults(clause, registry, f"{pointer}/clauses/{index}")
    yield from _caught(lambda: read_worth(action.worth, registry, f"{pointer}/worth"))
    yield from _once_accepted_faults(action.once_accepted, f"{pointer}/once_accepted")
    ways = ((t.channel, t.direction, t.variant) for t in action.treatments)
    yield from _repeated(ways, f"{pointer}/treatments", "variant")
    yield from _script_faults(action.scripts, f"{pointer}/scripts")
    for index, treatment in enumerate(action.treatments):
        yield from _treatment_faults(treatment, action, f"{pointer}/treatments/{index}")


def _treatment_faults(
    treatment: TreatmentDocument, action: ActionDocument, pointer: str
) -> Iterator[Fault]:
    yield from _script_faults(treatment.scripts, f"{pointer}/scripts")
    scripts = treatment.scripts or action.scripts
    if not scripts:
        yield Fault(pointer, "no_script", "the treatment or its action needs a script")
    # Spain TRLGDCU art. 96.2; Rio de Janeiro, Lei 7.853/2018: say at once who calls, and why.
    we_call = (treatment.channel, treatment.direction) == (Channel.VOICE, Direction.OUTBOUND)
    if we_call and not all("company" in needs for s in scripts for needs in _needs(s)):
        yield Fault(pointer, "must_say_who_calls", "an outbound call names {company}")


def _script_faults(scripts: Iterable[WordingDocument], pointer: str) -> Iterator[Fault]:
    for index, script in enumerate(scripts):
        place = f"{pointer}/{index}"
        first, *others = _needs(script)
        if any(needs != first for needs in others):
            yield Fault(place, "placeholders_differ", "each language needs the same placeholders")
        if not first <= PLACEHOLDERS or any(_stray_brace(text) for text in _texts(script)):
            yield Fault(place, "unknown_placeholder", "no script has such a placeholder")


def _texts(script: WordingDocument) -> tuple[str, str, str]:
    return script.pt_br, script.es, script.en


def _needs(script: WordingDocument) -> list[frozenset[str]]:
    return [frozenset(PLACEHOLDER.findall(text)) for text in _texts(script)]


def _stray_brace(text: str) -> bool:
    rest = PLACEHOLDER.sub("", text)
    return "{" in rest or "}" in rest


def _rule_faults(clause: ClauseDocument, registry: FieldRegistry, pointer: str) -> Iterator[Fault]:
    return _caught(lambda: parse(clause.rule, registry, pointer=f"{pointer}/rule"))


def _cap_faults(cap: SharedCapDocument, pointer: str) -> Iterator[Fault]:
    if cap.subject not in _SUBJECTS[cap.scope]:
        yield Fault(f"{pointer}/subject", "unknown_subject", f"no {cap.scope} of this name")


def _hours_faults(hours: ContactHoursDocument, pointer: str) -> Iterator[Fault]:
    if hours.opens >= hours.closes:
        yield Fault(f"{pointer}/closes", "closes_before_opening", "later than opens")


def _once_accepted_faults(once: OnceAcceptedDocument, pointer: str) -> Iterator[Fault]:
    if (once.rule is Repeat.COOL_OFF) is (once.days == 0):
        yield Fault(f"{pointer}/days", "wrong_days", "days belong to cool_off, and it needs them")


def _repeated(
    keys: Iterable[Hashable], pointer: str, name: str, *, before: int = 0
) -> Iterator[Fault]:
    seen: set[Hashable] = set()
    for index, key in enumerate(keys):
        if key in seen:
            yield Fault(f"{pointer}/{index - before}/{name}", "repeated", "stands here before")
        seen.add(key)


def _caught(read: Callable[[], object]) -> Iterator[Fault]:
    try:
        read()
    except InvalidInput as problem:
        yield from problem.faults
