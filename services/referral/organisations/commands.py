"""What may be asked of an organisation; `at` is when it was asked."""

from __future__ import annotations

from services.referral.organisations.schemas import NewName, NewOrganisation, ReferrerBody
from shared.domain.messages import Command
from shared.i18n.code_lists import Id


class RegisterOrganisation(NewOrganisation, Command):
    """Make an organisation known."""


class RenameOrganisation(NewName, Command):
    """Give an organisation another name from a day on."""

    organisation_id: Id


class RegisterReferrer(ReferrerBody, Command):
    """Make a referring person of an organisation known."""


OrganisationCommand = RegisterOrganisation | RenameOrganisation | RegisterReferrer
