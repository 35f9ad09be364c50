"""Who calls: every access key that the in-memory AWS has given out, and whose it is.

A key is a secret of the run. AWS gives it beside a signature; here the key's id alone is unguessable, so that whoever
was given none, a web page or another user of the machine, is refused.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

#: The account that moto gives every caller.
ACCOUNT = "123456789012"
#: What AWS's own ids of temporary keys are made of.
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True)
class Principal:
    """Somebody who calls."""

    arn: str
    #: The role whose policies count; None is the person who rehearses: an administrator of the account.
    role: str | None = None


@dataclass(frozen=True)
class Key:
    """What a client signs with."""

    id: str
    secret: str


class Identities:
    """The keys of one run."""

    def __init__(self) -> None:
        self._principals: dict[str, Principal] = {}
        self._keys: dict[Principal, Key] = {}
        #: The key of the person who rehearses, and of what acts in their name.
        self.person = self.key(Principal(f"arn:aws:iam::{ACCOUNT}:root"))

    def key(self, principal: Principal) -> Key:
        """The key of somebody, who is given it the first time."""
        fresh = Key("ASIA" + "".join(secrets.choice(_ALPHABET) for _ in range(16)), secrets.token_hex(20))
        key = self._keys.setdefault(principal, fresh)
        self._principals[key.id] = principal
        return key

    def of(self, key_id: str) -> Principal | None:
        """Whose key it is; None for one that was never given."""
        return self._principals.get(key_id)
