"""Work in dependency order, as much at once as the order allows."""

from __future__ import annotations

import threading
from collections.abc import Callable

_MOST_AT_ONCE = 12


def run(dependencies: dict[str, set[str]], work: Callable[[str], bool], stop_on_failure: bool = True) -> None:
    """Calls `work` for every key after its dependencies; a False stops what has not begun.

    Without `stop_on_failure` only what depends on the failed one is left out.
    """
    waiting = {key: needs & dependencies.keys() for key, needs in dependencies.items()}
    condition = threading.Condition()
    running: set[str] = set()
    stopped = False

    def one(key: str) -> None:
        nonlocal stopped
        succeeded = False
        try:
            succeeded = work(key)
        finally:
            with condition:
                running.discard(key)
                if succeeded:
                    for needs in waiting.values():
                        needs.discard(key)
                elif stop_on_failure:
                    stopped = True
                condition.notify()

    with condition:
        while True:
            ready = [] if stopped else [key for key, needs in waiting.items() if not needs]
            for key in ready[: max(0, _MOST_AT_ONCE - len(running))]:
                del waiting[key]
                running.add(key)
                threading.Thread(target=one, args=(key,), daemon=True).start()
            if not running:
                return
            condition.wait()


def reverse(dependencies: dict[str, set[str]]) -> dict[str, set[str]]:
    """The order of deletion: each waits for those that depend on it."""
    return {key: {other for other, needs in dependencies.items() if key in needs} for key in dependencies}
