"""Network interfaces are found by the names of their security groups.

Replaces in moto: `NetworkInterface.get_filter_value`, which knows the filter `group-id` alone.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.elastic_network_interfaces import NetworkInterface


def install() -> None:
    """Adds the filter `group-name`."""
    known = NetworkInterface.get_filter_value

    def value(interface: NetworkInterface, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name == "group-name":
            names = [group.name for group in interface._group_set]
            # moto compares several patterns with a text, not with the parts of a list.
            return names[0] if len(names) == 1 else names
        return known(interface, filter_name, method_name)

    NetworkInterface.get_filter_value = value
