"""What may be asked of an organisation; `at` is when it was asked."""

from __future__ import annotations

from services.referral.organisations.schemas import Description, Merger, NewName, NewOrganisation, ReferrerBody, Split
from shared.domain.messages import Command
from shared.i18n.code_lists import Id


class RegisterOrganisation(NewOrganisation, Command):
    """Make an organisation known."""


class RenameOrganisation(NewName, Command):
    """Give an organisation another name from a day on."""

    organisation_id: Id


class CorrectOrganisation(Description, Command):
    """Correct what an organisation was registered with."""

    organisation_id: Id


class RegisterReferrer(ReferrerBody, Command):
    """Make a referring person of an organisation known."""


class MergeOrganisation(Merger, Command):
    """Let an organisation be part of another."""

    organisation_id: Id


class SplitOrganisation(Split, Command):
    """Let an organisation become several."""

    organisation_id: Id


OrganisationCommand = (
    RegisterOrganisation | RenameOrganisation | RegisterReferrer | MergeOrganisation | SplitOrganisation
    | CorrectOrganisation
)  # fmt: skip
