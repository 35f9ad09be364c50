"""The machine's time, and the time that alarms go by and what they look at, the metrics and the ages of endpoints, and schedules and
wait conditions.

That one may pass faster, so that nobody waits for hours.
"""

from __future__ import annotations

import datetime


def now() -> datetime.datetime:
    """The time, with its zone."""
    return datetime.datetime.now(datetime.timezone.utc)


class AlarmClock:
    """A clock that begins with the machine's time and then runs at its own speed."""

    def __init__(self, seconds_per_minute: float):
        #: How many seconds of the machine's time one of its minutes takes.
        self.seconds_per_minute = seconds_per_minute
        self._begun = now()

    def now(self) -> datetime.datetime:
        """Its time, with its zone."""
        return self._begun + (now() - self._begun) * (60 / self.seconds_per_minute)
