"""A log that a role writes: its group and stream appear with the first line, if the role may make them."""

from __future__ import annotations

import time

from moto.logs.models import logs_backends

from aws.authorization.authority import AccessDenied
from aws.host import Session
from aws.identities import ACCOUNT

#: What is kept of a stream, in bytes: it is in memory, and a script may write for hours.
_MOST = 50_000_000
#: What a line takes beside its text.
_EVENT = 500


class LogWriter:
    """One stream. Where the role may not write it, nothing is written, as on AWS; the denial is told once."""

    def __init__(self, role: Session, group: str, stream: str):
        self._role, self._group, self._stream = role, group, stream
        self._logs = logs_backends[ACCOUNT][role.region]
        self._room = _MOST

    def open(self) -> None:
        """Makes the group and the stream, where they are not there."""
        group = f"arn:aws:logs:{self._role.region}:{ACCOUNT}:log-group:{self._group}:log-stream:"
        try:
            if self._group not in self._logs.groups:
                self._role.require("logs:CreateLogGroup", group)
                self._logs.ensure_log_group(self._group)
            if self._stream not in self._logs.groups[self._group].streams:
                self._role.require("logs:CreateLogStream", group)
                self._role.require("logs:PutLogEvents", f"{group}{self._stream}")
                self._logs.create_log_stream(self._group, self._stream)
        except AccessDenied:
            self._room = 0

    def write(self, lines: list[str]) -> None:
        """Appends lines."""
        if self._room > 0:
            self.open()
        if self._room > 0:
            self._room -= sum(len(line) + _EVENT for line in lines)
            if self._room <= 0:
                lines = [*lines, "the in-memory AWS keeps no more of this log"]
            moment = int(time.time() * 1000)
            events = [{"timestamp": moment, "message": line or " "} for line in lines]
            self._logs.put_log_events(self._group, self._stream, events)
