"""May this one offer be made, among all that could be said in this moment?

Of sixteen actions most share all that speaks for and against them: a strategy and a purpose.  That
is worked out once a moment; what is asked of each offer is only what is its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from app.interact.caps import CARE, Cap, CapScope, Contact
from app.interact.consent import MARKETING
from app.interact.contact_policy import (
    ContactPolicy,
    Moment,
    Offer,
    Permission,
    Reason,
    Standing,
    against_care,
    concluded,
    outside_hours,
    selling_permission,
)
from app.interact.outcomes import SuppressionScope
from app.vocabulary import Direction, Strategy

_REASON_OF_CAP: Final = {scope: Reason(f"cap_{scope}") for scope in CapScope}


class Restraint:
    """What one moment holds back, whatever is offered: worked out once, asked of every offer."""

    __slots__ = (
        "_apart",
        "_full",
        "_hours",
        "_made",
        "_moment",
        "_selling",
        "_shared",
        "_silent",
        "_standing",
    )

    def __init__(self, moment: Moment, standing: Standing, policy: ContactPolicy) -> None:
        """Look at the moment; the policy's caps count the offers made before it."""
        self._moment = moment
        self._standing = standing
        self._hours = tuple(outside_hours(moment, policy))
        self._made = _by_action(standing.contacts)
        self._full = self._full_of(policy.caps)
        self._silent = _silent(moment, standing)
        self._apart = self._made.keys() | {subject for _, subject in self._silent}
        self._selling: dict[str, Permission] = {}
        self._shared: dict[tuple[Strategy, str], Permission] = {}

    def selling(self, purpose: str = MARKETING) -> Permission:
        """Return whether anything may be sold; see ``selling_permission``."""
        if purpose not in self._selling:
            self._selling[purpose] = selling_permission(self._moment, self._standing, purpose)
        return self._selling[purpose]

    def permission(self, offer: Offer) -> Permission:
        """Return whether this one offer may be made; see ``offer_permission``."""
        kind = (offer.strategy, offer.purpose)
        if kind not in self._shared:
            self._shared[kind] = self._permission_of(*kind)
        shared = self._shared[kind]
        if offer.action not in self._apart:
            return shared  # never made and not refused, and an action's caps are 1 or more
        silenced = self._silenced(SuppressionScope.ACTION, offer.action, offer.strategy)
        return shared.unless((*silenced, *self._used_up(offer)))

    def _permission_of(self, strategy: Strategy, purpose: str) -> Permission:
        """Return what holds for every offer of a strategy, made for a purpose."""
        if strategy in CARE:
            against_it = against_care(self._moment, self._standing)
            permission = concluded(against_it, Reason.CARE_ALWAYS_ALLOWED)
        else:
            permission = self.selling(purpose)
        if not (self._silent or self._hours or self._full):
            return permission
        silenced = self._silenced(SuppressionScope.STRATEGY, strategy.value, strategy)
        full = self._told_by(self._full, "", strategy)
        return permission.unless((*silenced, *self._hours, *full))

    def _silenced(
        self, scope: SuppressionScope, subject: str, strategy: Strategy
    ) -> Sequence[Reason]:
        if not self._silent:
            return ()
        if strategy in CARE and self._moment.direction is Direction.INBOUND:
            return ()  # whoever refused one remedy still gets help with the complaint
        return self._silent.get((scope, subject), ())

    def _used_up(self, offer: Offer) -> Sequence[Reason]:
        """Return a reason for each full cap that counts the offer itself: mostly its own."""
        counting = [cap for cap in self._full if cap.scope is CapScope.ACTION]
        return self._told_by([*self._full_of(offer.caps), *counting], offer.action, offer.strategy)

    def _full_of(self, caps: Iterable[Cap]) -> Sequence[Cap]:
        """Return those that leave no room for one more; a cap binds offers of its direction only.

        One that counts an action is shown the offers of that action only, of many made.
        """
        moment, every = self._moment, self._standing.contacts
        full = []
        for cap in caps:
            if cap.direction is None or cap.direction is moment.direction:
                counts_one = cap.scope is CapScope.ACTION
                made = self._made.get(cap.subject, ()) if counts_one else every
                if len(made) >= cap.limit and cap.is_full(made, moment.now):
                    full.append(cap)
        return full

    def _told_by(self, full: Sequence[Cap], action: str, strategy: Strategy) -> Sequence[Reason]:
        """Return the reasons of those full caps that count this offer."""
        if not full:
            return ()
        moment = self._moment
        this = Contact(action, strategy, moment.channel, moment.direction, moment.now)
        return [_REASON_OF_CAP[cap.scope] for cap in full if cap.covers(this)]


def offer_permission(
    offer: Offer, moment: Moment, standing: Standing, policy: ContactPolicy
) -> Permission:
    """Return whether this one offer may be made: selling allowed, nothing silenced, within caps.

    Care needs no consent to marketing and counts under no shared cap, but keeps to its own caps
    and, outbound, to contact hours, a denial of service messages and do-not-contact entries.
    """
    return Restraint(moment, standing, policy).permission(offer)


def _silent(
    moment: Moment, standing: Standing
) -> Mapping[tuple[SuppressionScope, str], Sequence[Reason]]:
    """Return why what is silenced now is, by the scope and the action, strategy or channel."""
    silent: defaultdict[tuple[SuppressionScope, str], list[Reason]] = defaultdict(list)
    for item in standing.suppressions:
        if item.holds(moment.now):
            silent[item.scope, item.subject].append(Reason(item.cause.value))
    return silent


def _by_action(contacts: Iterable[Contact]) -> Mapping[str, Sequence[Contact]]:
    made: defaultdict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        made[contact.action].append(contact)
    return made
