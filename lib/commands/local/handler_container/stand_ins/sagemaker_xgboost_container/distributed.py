"""Training on the instances that have data. Here there is one, so no rabit."""

import sys
from collections.abc import Callable
from typing import Any


def rabit_run(
    exec_fun: Callable[..., Any],
    args: dict[str, Any],
    include_in_training: bool,
    hosts: list[str],  # noqa: ARG001 one
    current_host: str,
    *_: Any,
    update_rabit_args: bool = False,
    **__: Any,
) -> None:
    """Calls what trains, as the container does for one instance; ends the script where that has no data."""
    if not include_in_training:
        print(f"Host {current_host} not being used for distributed training.", file=sys.stderr)
        sys.exit(0)
    exec_fun(**args, **({"is_master": True} if update_rabit_args else {}))
