"""The users of a cluster, their rights and their quotas, as its administrator changes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from deploy.kafka.rights import Right

_SECONDS = 30
_ITERATIONS = 4096
_SCRAM = ScramMechanism.SCRAM_SHA_512


def set_passwords(admin: AdminClient, passwords: Mapping[str, str]) -> None:
    """Give each of these users this password, whether there is such a user already or not. Raises KafkaException."""
    how = ScramCredentialInfo(_SCRAM, _ITERATIONS)
    wanted: list[UserScramCredentialAlteration] = [
        UserScramCredentialUpsertion(user, how, word.encode()) for user, word in passwords.items()
    ]
    for done in admin.alter_user_scram_credentials(wanted).values():
        done.result(_SECONDS)


def forget_password(admin: AdminClient, user: str) -> bool:
    """Nobody gets in as this user from now on; False when there is none. Raises KafkaException."""
    for done in admin.alter_user_scram_credentials([UserScramCredentialDeletion(user, _SCRAM)]).values():
        try:
            done.result(_SECONDS)
        except KafkaException as error:
            if error.args[0].code() == KafkaError.RESOURCE_NOT_FOUND:
                return False
            raise
    return True


def users(admin: AdminClient) -> list[str]:
    """Every user with a password, in order."""
    asked: Any = admin.describe_user_scram_credentials()
    return sorted(asked.result(_SECONDS))


def give(admin: AdminClient, wanted: Collection[Right]) -> int:
    """Give these rights; returns how many stand, 0 where the cluster has no authorizer. Raises KafkaException."""
    for given in admin.create_acls([binding(right) for right in wanted]).values():
        try:
            given.result(_SECONDS)
        except KafkaException as error:
            if error.args[0].code() == KafkaError.SECURITY_DISABLED:
                return 0
            raise
    return len(wanted)


def withdraw(admin: AdminClient, bindings: Iterable[AclBinding]) -> None:
    """Take these rights away. Raises KafkaException."""
    filters = [_filter(each) for each in bindings]
    if filters:
        for done in admin.delete_acls(filters).values():
            done.result(_SECONDS)


def withdraw_all(admin: AdminClient, principal: str) -> bool:
    """Take every right of a principal away; whether it had any. Raises KafkaException."""
    return any(done.result(_SECONDS) for done in admin.delete_acls([_everything(principal)]).values())


def standing(admin: AdminClient, principal: str | None = None) -> list[AclBinding]:
    """Every right that the broker knows of, or those of one principal; none where it checks none."""
    try:
        return list(admin.describe_acls(_everything(principal)).result(_SECONDS))
    except KafkaException as error:
        if error.args[0].code() == KafkaError.SECURITY_DISABLED:
            return []
        raise


def binding(right: Right) -> AclBinding:
    """A right as Kafka writes it down."""
    pattern = ResourcePatternType.LITERAL if right.kind == "TOPIC" else ResourcePatternType.PREFIXED
    return AclBinding(
        ResourceType[right.kind],
        right.name,
        pattern,
        f"User:{right.principal}",
        "*",
        AclOperation[right.operation],
        AclPermissionType.ALLOW,
    )


def _everything(principal: str | None) -> AclBindingFilter:
    anything: Any = None  # which its types do not say
    who = f"User:{principal}" if principal else anything
    any_resource = (ResourceType.ANY, anything, ResourcePatternType.ANY)
    return AclBindingFilter(*any_resource, who, anything, AclOperation.ANY, AclPermissionType.ANY)


def _filter(each: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        each.restype,
        each.name,
        each.resource_pattern_type,
        each.principal,
        each.host,
        each.operation,
        each.permission_type,
    )
