"""What goes wrong on AWS now and then, on demand: a drill names a place, what it is about and what happens there.

A fault that is not named never happens. Who holds the key of the run names all of them at once, as JSON (`FAULTS` of server.py).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: The places, what they are matched by, and what may happen there.
OUTCOMES = {
    # "<the caller's ARN> <service>:<Operation>"
    "call": ("throttled", "denied"),
    # "<the role's ARN>", which a service takes on
    "role": ("denied",),
    # "<the rule's name> <the event's source>", of what a rule takes; what is late, and the second of what is doubled, comes
    # when the faults are named anew
    "event": ("lost", "doubled", "late"),
    # "<stack>/<logical id> <type>", which was made and then fails
    "resource": ("failed",),
}


@dataclass(frozen=True)
class Fault:
    """One kind of thing that goes wrong."""

    at: str
    #: What a place's text is searched for.
    matches: str
    outcome: str
    #: How long it lasts for each text, from when that is first seen; None until the faults are named anew.
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES.get(self.at, ()):
            raise ValueError(f"{self.outcome!r} is nothing that happens at {self.at!r}: {OUTCOMES}")
        re.compile(self.matches)


class Faults:
    """What goes wrong in one in-memory AWS."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._first: dict[tuple[Fault, str], float] = {}
        self._late: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def name(self, faults: list[dict[str, Any]]) -> None:
        """Only these from now on. @raises TypeError, ValueError for what is none"""
        named = [Fault(**fault) for fault in faults]
        with self._lock:
            late, self._late = self._late, []
            self._faults, self._first = named, {}
        for deliver in late:
            deliver()

    def happen_at(self, at: str) -> bool:
        """Whether anything may go wrong at a place."""
        return any(fault.at == at for fault in self._faults)

    def outcome(self, at: str, text: str) -> str | None:
        """What goes wrong with something at a place, if anything."""
        moment = time.monotonic()
        with self._lock:
            for fault in self._faults:
                if fault.at == at and re.search(fault.matches, text):
                    first = self._first.setdefault((fault, text), moment)
                    if fault.seconds is None or moment - first < fault.seconds:
                        return fault.outcome
        return None

    def hold(self, deliver: Callable[[], None]) -> None:
        """Keeps what comes once the faults are named anew."""
        with self._lock:
            self._late.append(deliver)
