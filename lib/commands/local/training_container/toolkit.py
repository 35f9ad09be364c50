"""Environment and command that the official toolkit gives to an entry point, from the job's request alone.

Source: `environment.py`, `mapping.py`, `entry_point.py` and `process.py` of sagemaker-training 5.1, which the
tests run beside it.
"""

import json
import shlex
from typing import Any

from training_container.config_files import config_files
from training_container.tensorflow_cluster import (
    cluster_variables,
    is_tensorflow_image,
    model_dir_with_training_job,
)

# Hyperparameters for the toolkit and its frameworks begin so; they never reach the script's arguments.
_SAGEMAKER_PREFIX = "sagemaker_"

# Known to the toolkit itself; the others with the prefix are for its frameworks (SM_FRAMEWORK_PARAMS).
_KNOWN_HYPERPARAMETERS = (
    "sagemaker_program",
    "sagemaker_submit_directory",
    "sagemaker_enable_cloudwatch_metrics",
    "sagemaker_region",
    "sagemaker_container_log_level",
    "sagemaker_job_name",
    "sagemaker_s3_output",
    "default_user_module_name",
    "_tuning_objective_metric",
)

# Each of these makes the current instance group a group of the distribution.
_DISTRIBUTION_SWITCHES = (
    "sagemaker_mpi_enabled",
    "sagemaker_parameter_server_enabled",
    "sagemaker_distributed_dataparallel_enabled",
    "sagemaker_pytorch_ddp_enabled",
    "sagemaker_pytorch_xla_multi_worker_enabled",
    "sagemaker_multi_worker_mirrored_strategy_enabled",
    "sagemaker_torch_distributed_enabled",
)


def entry_point_environment(job: dict[str, Any]) -> dict[str, Any]:
    """What a training container's entry point gets.

    `job`: request, hostIndex (0 is `algo-1`), baseDirectory (what /opt/ml is here, absolute), cpus, gpus,
    region, trainingJobArn, python, codeFiles (the names in /opt/ml/code).
    """
    request, base = job["request"], job["baseDirectory"]
    files = config_files(request, job["hostIndex"])
    container = {
        **request.get("Environment", {}),
        "AWS_REGION": job["region"],
        "TRAINING_JOB_NAME": request["TrainingJobName"],
        "TRAINING_JOB_ARN": job["trainingJobArn"],
    }
    tensorflow = is_tensorflow_image(request["AlgorithmSpecification"].get("TrainingImage", ""))
    if tensorflow:
        container["SAGEMAKER_TRAINING_MODULE"] = "sagemaker_tensorflow_container.training:main"

    hyperparameters, sagemaker, framework = _split(files["hyperparameters"])
    if tensorflow and "_tuning_objective_metric" in sagemaker:
        hyperparameters["model_dir"] = model_dir_with_training_job(
            hyperparameters.get("model_dir"), container["TRAINING_JOB_NAME"]
        )
    code = f"{base}/code"
    arguments = _to_arguments(hyperparameters)
    resource = files["resourceconfig"]
    groups = resource["instance_groups"]
    current_group = resource["current_group_name"]
    distribution_groups = _distribution_groups(framework, current_group)
    distribution_hosts = [
        host
        for group in groups
        if group["instance_group_name"] in distribution_groups
        for host in group["hosts"]
    ]
    entry_point = container.get("SAGEMAKER_PROGRAM", sagemaker.get("sagemaker_program"))
    channels = {name: f"{base}/input/data/{name}" for name in files["inputdataconfig"]}
    master = (distribution_hosts or resource["hosts"])[0]
    model_parallel = container.get("SM_HP_MP_PARAMETERS")

    # Both in SM_TRAINING_ENV and, in upper case, as a variable each.
    shared = {
        "hosts": resource["hosts"],
        "network_interface_name": resource["network_interface_name"],
        "user_entry_point": entry_point,
        "resource_config": resource,
        "input_data_config": files["inputdataconfig"],
        "output_data_dir": f"{base}/output/data",
        "current_host": resource["current_host"],
        "current_instance_type": resource["current_instance_type"],
        "current_instance_group": current_group,
        "current_instance_group_hosts": next(
            group["hosts"] for group in groups if group["instance_group_name"] == current_group
        ),
        "instance_groups": [group["instance_group_name"] for group in groups],
        "instance_groups_dict": {group["instance_group_name"]: group for group in groups},
        "distribution_instance_groups": distribution_groups,
        "is_hetero": len(groups) > 1,
        "module_name": str(entry_point).removesuffix(".py"),
        "log_level": sagemaker.get("sagemaker_container_log_level", 20),
        "framework_module": container.get("SAGEMAKER_TRAINING_MODULE"),
        "input_dir": f"{base}/input",
        "input_config_dir": f"{base}/input/config",
        "output_dir": f"{base}/output",
        "num_cpus": job["cpus"],
        "num_gpus": job["gpus"],
        "num_neurons": 0,
        "model_dir": f"{base}/model",
        "module_dir": str(sagemaker.get("sagemaker_submit_directory", code)),
        "output_intermediate_dir": f"{base}/output/intermediate",
    }
    training_env = {
        **shared,
        "additional_framework_parameters": framework,
        "channel_input_dirs": channels,
        "distribution_hosts": distribution_hosts,
        "hyperparameters": hyperparameters,
        "is_master": resource["current_host"] == master,
        "is_modelparallel_enabled": model_parallel and model_parallel != "{}",
        "is_smddpmprun_installed": False,
        "is_smddprun_installed": False,
        "job_name": container["TRAINING_JOB_NAME"],
        "master_hostname": master,
        "topology": [],
    }
    region = str(sagemaker.get("sagemaker_region", container.get("AWS_DEFAULT_REGION", "")))
    variables = {
        **shared,
        "hps": hyperparameters,
        "framework_params": framework,
        "channels": sorted(channels),
        "training_env": training_env,
        "user_args": arguments,
        **{f"channel_{name}": path for name, path in channels.items()},
        **{f"hp_{name}": value for name, value in hyperparameters.items()},
    }
    environment = {
        **container,
        "SAGEMAKER_BASE_DIR": base,
        "SAGEMAKER_JOB_NAME": str(sagemaker.get("sagemaker_job_name", "")),
        "SAGEMAKER_REGION": region,
        "CURRENT_HOST": resource["current_host"],
        # The toolkit asks S3 where the bucket of `model_dir` is; here it is taken to be in the job's region.
        **({"S3_REGION": region, "S3_USE_HTTPS": "1", "TF_CPP_MIN_LOG_LEVEL": "1"} if tensorflow else {}),
        **{f"SM_{name.upper()}": _to_variable(value) for name, value in variables.items()},
        **(
            cluster_variables(framework, resource, distribution_groups, distribution_hosts)
            if tensorflow
            else {}
        ),
        "PYTHONPATH": code,
    }
    kind = _entry_point_kind(str(entry_point), job["codeFiles"])
    return {
        "configFiles": {name: json.dumps(content) for name, content in files.items()},
        "environment": environment,
        "entryPoint": str(entry_point),
        "kind": kind,
        "command": _command(kind, job["python"], str(entry_point), arguments),
        "codeDirectory": code,
        "tensorflow": tensorflow,
    }


def _split(encoded: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The script's own hyperparameters; all that the toolkit keeps; of these, the ones for its frameworks."""
    hyperparameters, sagemaker, framework = {}, {}, {}
    for name, text in encoded.items():
        known = name in _KNOWN_HYPERPARAMETERS
        kept = known or name.startswith(_SAGEMAKER_PREFIX)
        (sagemaker if kept else hyperparameters)[name] = _decoded(text)
        if kept and not known:
            framework[name] = sagemaker[name]
    return hyperparameters, sagemaker, framework


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _distribution_groups(framework: dict[str, Any], current_group: str) -> list[str]:
    named = framework.get("sagemaker_distribution_instance_groups")
    if named is not None:
        return named
    return [current_group] if any(framework.get(name) for name in _DISTRIBUTION_SWITCHES) else []


def _to_variable(value: Any) -> str:
    """`mapping.to_env_vars`: strings as they are, None empty, all else compact JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, sort_keys=True, separators=(",", ":"))


def _to_arguments(hyperparameters: dict[str, Any]) -> list[str]:
    """`mapping.to_cmd_args`: sorted by name, `--name value`, or `-n value` for a name of one letter."""
    arguments = []
    for name, value in sorted(hyperparameters.items(), key=lambda item: item[0]):
        if isinstance(value, dict):
            value = ",".join(f"{key}={item}" for key, item in sorted(value.items(), key=lambda item: item[0]))
        dashes = "--" if len(name) > 1 else "-" if name else ""
        arguments += [f"{dashes}{name}", "" if value is None else str(value)]
    return arguments


def _entry_point_kind(entry_point: str, code_files: list[str]) -> str:
    """A shell command, a module of an installed package, or a script."""
    if entry_point.endswith(".sh"):
        return "command"
    if "setup.py" in code_files:
        return "package"
    return "program" if entry_point.endswith(".py") else "command"


def _command(kind: str, python: str, entry_point: str, arguments: list[str]) -> list[str]:
    """`ProcessRunner._create_command` of 5.1.4: the command line, to be run in the code directory."""
    if kind == "package":
        return [python, "-m", entry_point.removesuffix(".py"), *arguments]
    if kind == "program":
        return [python, "--", entry_point, *arguments]
    return ["/bin/sh", "-c", f"./{shlex.quote(entry_point)} {' '.join(map(shlex.quote, arguments))}"]
