"""Sessions of roles: what AssumeRole gives is a key of the run.

Replaces in moto: `STSBackend.assume_role`, whose keys nobody else knows, and whose roles need not exist;
`STSBackend.get_caller_identity`, which knows moto's keys alone.
"""

from __future__ import annotations

from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, STSBackend

from aws.host import Host
from aws.identities import Principal


def install(host: Host) -> None:
    """Gives out keys of the host's identities."""
    original = STSBackend.assume_role

    def assume_role(backend: STSBackend, *arguments: Any, **parameters: Any) -> AssumedRole:
        assumed = original(backend, *arguments, **parameters)
        # Raises for a role that is not there.
        iam_backends[assumed.account_id][assumed.partition].get_role_by_arn(assumed.role_arn)
        key = host.identities.key(Principal(assumed.arn, assumed.role_arn))
        assumed.access_key_id, assumed.secret_access_key = key.id, key.secret
        return assumed

    def get_caller_identity(backend: STSBackend, access_key_id: str, region: str) -> tuple[str, str, str]:
        principal = host.identities.of(access_key_id)
        if principal is None or principal.role is None:
            return unknown(backend, access_key_id, region)
        role = iam_backends[backend.account_id][backend.partition].get_role_by_arn(principal.role)
        return f"{role.id}:{principal.arn.rsplit('/', 1)[-1]}", principal.arn, backend.account_id

    unknown = STSBackend.get_caller_identity
    STSBackend.get_caller_identity = get_caller_identity
    STSBackend.assume_role = assume_role
