"""What the TensorFlow toolkit adds to the general one.

Source: `training.py` of sagemaker-tensorflow-training 20.4.
"""

import json
import re
from typing import Any


def is_tensorflow_image(image: str) -> bool:
    """Whether an image has the TensorFlow toolkit on top of the general one; any registry, tag or digest."""
    return re.search(r"(^|/)tensorflow-training[:@]", image) is not None


def model_dir_with_training_job(model_dir: Any, training_job_name: str) -> str:
    """`model_dir` of a tuning job: each training job has a folder of its own, except below /opt/ml."""
    text = str(model_dir)
    return text if text.startswith("/opt/ml") else f"{text}/{training_job_name}/model"


def cluster_variables(
    framework: dict[str, Any],
    resource: dict[str, Any],
    distribution_groups: list[str],
    distribution_hosts: list[str],
) -> dict[str, str]:
    """TF_CONFIG, where the job's distribution needs one."""
    host = resource["current_host"]
    if resource["current_group_name"] not in distribution_groups:
        return {}
    if framework.get("sagemaker_parameter_server_enabled") and len(resource["hosts"]) > 1:
        return {"TF_CONFIG": json.dumps(_parameter_servers(distribution_hosts, host))}
    if framework.get("sagemaker_multi_worker_mirrored_strategy_enabled"):
        return {"TF_CONFIG": json.dumps(_mirrored_strategy(distribution_hosts, host))}
    return {}


def _mirrored_strategy(hosts: list[str], current_host: str) -> dict[str, Any]:
    return {
        "cluster": {"worker": _addresses(hosts, 8890)},
        "environment": "cloud",
        "task": {"index": hosts.index(current_host), "type": "worker"},
    }


def _parameter_servers(hosts: list[str], current_host: str) -> dict[str, Any]:
    """The first host is the master, the others are workers, and each has a parameter server too."""
    master, *workers = hosts
    cluster = {"master": _addresses([master], 2222)}
    if workers:
        cluster["ps"] = _addresses(hosts, 2223)
        cluster["worker"] = _addresses(workers, 2222)
    task = (
        {"index": 0, "type": "master"}
        if current_host == master
        else {"index": workers.index(current_host), "type": "worker"}
    )
    return {"cluster": cluster, "environment": "cloud", "task": task}


def _addresses(hosts: list[str], port: int) -> list[str]:
    return [f"{host}:{port}" for host in hosts]
