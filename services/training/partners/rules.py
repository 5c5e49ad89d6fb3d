"""The rules of a partner: an organisation of the register, in a role, from a day until a day."""

from __future__ import annotations

from typing import assert_never

from services.training.guards import happened
from services.training.partners.commands import JoinProgramme, LeaveProgramme, PartnerCommand
from services.training.partners.events import PartnerEvent, PartnerJoined, PartnerLeft
from services.training.partners.state import Partner, Term
from services.training.refusals import Refusal
from shared.domain.messages import Refused


def decide(state: Partner, command: PartnerCommand) -> list[PartnerEvent]:
    """The events a command leads to; [] when it already holds; raises Refused."""
    match command:
        case JoinProgramme():
            return join(state, command)
        case LeaveProgramme():
            return leave(state, command)
        case _:
            assert_never(command)


def join(state: Partner, command: JoinProgramme) -> list[PartnerEvent]:
    """A role holds from its day on; the same day again corrects it, a later day follows it."""
    happened(command.since, command.at)
    last = state.last
    if last == Term(command.role, command.since):
        return []
    if last and command.since < last.since:
        raise Refused(Refusal.DATE_BEFORE_JOINED)
    if last and last.until and command.since < last.until:
        raise Refused(Refusal.DATE_BEFORE_LEFT)
    return [PartnerJoined(partner_id=command.partner_id, role=command.role, since=command.since, city=command.city)]


def leave(state: Partner, command: LeaveProgramme) -> list[PartnerEvent]:
    """Only a partner leaves, after the day he joined; another day corrects it."""
    happened(command.until, command.at)
    last = state.last
    if last is None:
        raise Refused(Refusal.PARTNER_UNKNOWN)
    if last.until == command.until:
        return []
    if command.until <= last.since:
        raise Refused(Refusal.DATE_BEFORE_JOINED)
    return [PartnerLeft(partner_id=command.partner_id, until=command.until)]
