"""Who calls: every access key that the in-memory AWS has given out, and whose it is.

A key is a secret of the run. AWS gives it beside a signature; here the key's id alone is unguessable, so that whoever
was given none, a web page or another user of the machine, is refused.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass

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

    @classmethod
    def fresh(cls) -> Key:
        """A key that nobody else has."""
        return cls("ASIA" + "".join(secrets.choice(_ALPHABET) for _ in range(16)), secrets.token_hex(20))


class Identities:
    """The keys of one run."""

    def __init__(self, account: str):
        self._account = account
        self._principals: dict[str, Principal] = {}
        self._keys: dict[Principal, Key] = {}
        self._lock = threading.Lock()
        #: The key of the person who rehearses, and of what acts in their name.
        self.person = self.give(Principal(f"arn:aws:iam::{account}:root"))

    def give(self, principal: Principal) -> Key:
        """A new key for somebody."""
        key = Key.fresh()
        with self._lock:
            self._principals[key.id] = principal
        return key

    def key(self, principal: Principal) -> Key:
        """The key of somebody who has one, or a new one."""
        with self._lock:
            known = self._keys.get(principal)
        if known is None:
            known = self.give(principal)
            with self._lock:
                self._keys[principal] = known
        return known

    def of(self, key_id: str | None) -> Principal | None:
        """Whose key it is; None for one that was never given."""
        with self._lock:
            return self._principals.get(key_id or "")
