"""The files that SageMaker writes into input/config before the container starts, as their values."""

from typing import Any


def config_files(request: dict[str, Any], host_index: int) -> dict[str, Any]:
    """hyperparameters, inputdataconfig and resourceconfig of one host of a training job.

    `host_index` counts from 0, over all instance groups in their order: host 0 is `algo-1`.
    """
    return {
        "hyperparameters": request.get("HyperParameters", {}),
        "inputdataconfig": _input_data_config(request),
        "resourceconfig": _resource_config(request["ResourceConfig"], host_index),
    }


def _input_data_config(request: dict[str, Any]) -> dict[str, dict[str, str]]:
    default_mode = request["AlgorithmSpecification"].get("TrainingInputMode", "File")
    config = {}
    for channel in request.get("InputDataConfig", []):
        entry = {}
        if channel.get("ContentType"):
            entry["ContentType"] = channel["ContentType"]
        entry["TrainingInputMode"] = channel.get("InputMode", default_mode)
        source = channel.get("DataSource", {}).get("S3DataSource")
        if source:
            entry["S3DistributionType"] = source.get("S3DataDistributionType", "FullyReplicated")
        entry["RecordWrapperType"] = channel.get("RecordWrapperType", "None")
        config[channel["ChannelName"]] = entry
    return config


def _resource_config(resources: dict[str, Any], host_index: int) -> dict[str, Any]:
    groups = resources.get("InstanceGroups") or [{"InstanceGroupName": "homogeneousCluster", **resources}]
    host = f"algo-{host_index + 1}"
    count = 0
    instance_groups = []
    for group in groups:
        size = group.get("InstanceCount", 1)
        # Sorted as text: algo-10 comes before algo-2.
        hosts = sorted(f"algo-{number}" for number in range(count + 1, count + size + 1))
        count += size
        instance_groups.append(
            {
                "instance_group_name": group["InstanceGroupName"],
                "instance_type": group.get("InstanceType", ""),
                "hosts": hosts,
            }
        )
    current = next((group for group in instance_groups if host in group["hosts"]), None)
    if current is None:
        raise ValueError(f"host index {host_index} is outside the job's {count} instances")
    return {
        "current_host": host,
        "current_instance_type": current["instance_type"],
        "current_group_name": current["instance_group_name"],
        "hosts": sorted(host for group in instance_groups for host in group["hosts"]),
        "instance_groups": instance_groups,
        "network_interface_name": "eth0",
    }
