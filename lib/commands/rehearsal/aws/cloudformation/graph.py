"""Work in dependency order, as much at once as the order allows."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from graphlib import TopologicalSorter

_MOST_AT_ONCE = 12


def run(dependencies: dict[str, set[str]], work: Callable[[str], bool], stop_on_failure: bool = True) -> bool:
    """Calls `work` for every key after its dependencies; a False stops what has not begun. Whether all was done.

    Without `stop_on_failure` only what depends on the failed one is left out. Raises graphlib.CycleError for a circle,
    which a template's check refuses before.
    """
    order = TopologicalSorter({key: needs & dependencies.keys() for key, needs in dependencies.items()})
    order.prepare()
    finished: queue.SimpleQueue[tuple[str, bool]] = queue.SimpleQueue()

    def one(key: str) -> None:
        succeeded = False
        try:
            succeeded = work(key)
        finally:
            finished.put((key, succeeded))

    ready: list[str] = []
    running = 0
    stopped = False
    while True:
        ready += order.get_ready()
        while ready and running < _MOST_AT_ONCE and not stopped:
            threading.Thread(target=one, args=(ready.pop(0),), daemon=True).start()
            running += 1
        if running == 0:
            return not order.is_active()
        key, succeeded = finished.get()
        running -= 1
        if succeeded:
            order.done(key)
        elif stop_on_failure:
            stopped = True
