"""The topics and rights of the contracts on a cluster: what is missing is made, what is not declared any more goes."""

from __future__ import annotations

from collections.abc import Collection

from confluent_kafka.admin import AdminClient

from deploy.kafka.principals import binding, give, standing, withdraw
from deploy.kafka.rights import PARTNERS, Right, rights, rights_of_partner
from deploy.services import SERVICES
from shared.contracts.catalogue import topics

_OURS = {f"User:{each}" for each in (*SERVICES, "*")}  # "*": releases before partners had principals of their own


def give_rights(admin: AdminClient) -> int:
    """Give every declared right, to the partners there are too; returns how many stand, 0 where none are checked."""
    there = standing(admin)
    partners = {each.principal.removeprefix("User:") for each in there if each.principal.startswith(f"User:{PARTNERS}")}
    wanted = rights(topics())
    for each in sorted(partners):
        wanted += rights_of_partner(each.removeprefix(PARTNERS), topics())
    if not give(admin, wanted):
        return 0
    _withdraw_the_rest(admin, wanted, _OURS | {f"User:{each}" for each in partners})
    return len(wanted)


def _withdraw_the_rest(admin: AdminClient, wanted: Collection[Right], of: Collection[str]) -> None:
    declared = {binding(each) for each in wanted}
    withdraw(admin, [each for each in standing(admin) if each.principal in of and each not in declared])
