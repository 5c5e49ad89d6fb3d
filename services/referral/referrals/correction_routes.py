"""What was told wrongly, over HTTP: an entry corrected, a step taken back, a duplicate, another person or city."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Response

from services.referral.access import Facilitator, WhoRefers, entered_or_works_on, works_on
from services.referral.queries import referrals
from services.referral.references import (
    refuse,
    require_city_of_programme,
    require_known,
    require_no_duplicate,
    require_original,
)
from services.referral.referrals.aggregate import REFERRAL
from services.referral.referrals.commands import (
    AttributeReferral,
    CorrectReferral,
    LinkDuplicate,
    RetractReferral,
    RevokeStep,
    TransferReferral,
)
from services.referral.referrals.events import ReferralAttributed, ReferralRetracted
from services.referral.referrals.schemas import CorrectedEntry, Duplicate, SamePerson, TakenBack, Transfer
from services.referral.refusals import Refusal
from shared.domain.clock import now
from shared.domain.messages import Dated
from shared.eventstore.command_handler import Outcome
from shared.eventstore.event_store import Connection
from shared.http.auth import Caller, Role
from shared.http.commands import Commanding, Commands, Done
from shared.http.problems import NotVisible
from shared.i18n.code_lists import Id
from shared.privacy.personal_data import lock

router = APIRouter(tags=["referrals"])


def _as_first(_: Outcome) -> dict[str, int]:
    """What who refers is answered, whatever became of the referral: the version of what he told."""
    return {"version": 1}


@router.post("/referrals/{referral_id}/correct", response_model=Done)
async def correct_referral(referral_id: Id, body: CorrectedEntry, caller: WhoRefers, commands: Commanding) -> Response:
    """How it came in is told anew, whole: by who refers for his organisation until the intake, by a facilitator always.

    After the intake who refers is answered the same, and a facilitator decides on what he asks.
    """
    by_referrer = caller.role is Role.REFERRER
    if by_referrer and body.organisation_id != caller.organisation:
        raise NotVisible
    command = CorrectReferral(
        at=now(),
        by=caller.subject,
        referral_id=referral_id,
        on=body.on,
        referrer_id=body.referrer_id,
        organisation_id=body.organisation_id,
        sector=body.sector,
        referrer_city=body.referrer_city,
        city_of_residence=body.city_of_residence,
        preferred_city=body.preferred_city,
        received_on=body.received_on,
        informed_on=body.informed_on,
        informed_by=body.informed_by,
        not_informed_reason=body.not_informed_reason,
        availability=body.availability,
        feedback_agreed=body.feedback_agreed,
        language=body.language,
        by_referrer=by_referrer,
    )

    async def known(connection: Connection, _: Outcome) -> None:
        await require_known(connection, body, () if by_referrer else caller.cities)

    return await commands.run(
        REFERRAL,
        referral_id,
        command,
        check_access=entered_or_works_on(caller),
        hooks=[known],
        content=_as_first if by_referrer else None,
    )


@router.post("/referrals/{referral_id}/retract", response_model=Done)
async def retract_referral(referral_id: Id, body: Dated, caller: WhoRefers, commands: Commanding) -> Response:
    """Take back a referral received in error: who refers until the intake, a facilitator until the start.

    After the intake who refers is answered the same, and a facilitator decides on what he asks.
    """
    by_referrer = caller.role is Role.REFERRER
    async with commands.store.pool.acquire() as connection:
        linked = await referrals.has_duplicates(connection, referral_id)
    command = RetractReferral(
        at=now(),
        by=caller.subject,
        referral_id=referral_id,
        on=body.on,
        by_referrer=by_referrer,
        has_duplicates=linked,
    )

    async def still_alone(connection: Connection, outcome: Outcome) -> None:
        if any(isinstance(each, ReferralRetracted) for each in outcome.events):
            await require_no_duplicate(connection, referral_id)

    return await commands.run(
        REFERRAL,
        referral_id,
        command,
        check_access=entered_or_works_on(caller),
        hooks=[still_alone],
        content=_as_first if by_referrer else None,
    )


@router.post("/referrals/{referral_id}/link-duplicate", response_model=Done)
async def link_duplicate(referral_id: Id, body: Duplicate, caller: Facilitator, commands: Commanding) -> Response:
    """Say that this referral is the same as another one that the caller sees; also after the start."""
    command = LinkDuplicate(at=now(), by=caller.subject, referral_id=referral_id, on=body.on, of=body.of)

    async def of_another(connection: Connection, outcome: Outcome) -> None:
        if outcome.events:
            await require_original(connection, commands.store, caller, command)

    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller), hooks=[of_another])


@router.post("/referrals/{referral_id}/take-back", response_model=Done)
async def take_back(referral_id: Id, body: TakenBack, caller: Facilitator, commands: Commanding) -> Response:
    """Take back the last step of that name, recorded in error; `retraction` also undoes a link to another referral."""
    command = RevokeStep(at=now(), by=caller.subject, referral_id=referral_id, on=body.on, step=body.step)
    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller))


@router.post("/referrals/{referral_id}/transfer", response_model=Done)
async def transfer_referral(referral_id: Id, body: Transfer, caller: Facilitator, commands: Commanding) -> Response:
    """Let the road go on in another city of the programme: its facilitators see it from then on."""
    command = TransferReferral(at=now(), by=caller.subject, referral_id=referral_id, on=body.on, city=body.city)

    async def to_the_programme(connection: Connection, _: Outcome) -> None:
        await require_city_of_programme(connection, body.city, caller.cities, "city")

    return await commands.run(REFERRAL, referral_id, command, check_access=works_on(caller), hooks=[to_the_programme])


@router.post("/referrals/{referral_id}/same-person", response_model=Done)
async def attribute_referral(referral_id: Id, body: SamePerson, caller: Facilitator, commands: Commanding) -> Response:
    """Say that it is of the person of another referral that the caller sees; without one, that it is not after all."""
    person = await _person_of_both(commands, caller, referral_id, body.same_as)
    command = AttributeReferral(at=now(), by=caller.subject, referral_id=referral_id, on=body.on, person_id=person)
    return await commands.run(
        REFERRAL, referral_id, command, check_access=works_on(caller), hooks=[partial(_locked, person)]
    )


async def _locked(person: str | None, connection: Connection, outcome: Outcome) -> None:
    """Nobody else writes about the person meanwhile."""
    told = [each.person_id for each in outcome.events if isinstance(each, ReferralAttributed)]
    await lock(connection, *told, *([person] if person else []))


async def _person_of_both(commands: Commands, caller: Caller, referral_id: str, same_as: str | None) -> str | None:
    """Raises NotVisible, and Unacceptable when the other is not in the caller's sight."""
    async with commands.store.pool.acquire() as connection:
        if await referrals.person_of(connection, caller, referral_id) is None:
            raise NotVisible
        person = await referrals.person_of(connection, caller, same_as) if same_as else None
    if same_as and person is None:
        refuse([("same_as", Refusal.REFERRAL_UNKNOWN)])
    return person
