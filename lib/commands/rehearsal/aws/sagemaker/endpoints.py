"""Endpoints: each variant a serving process of this machine, replaced only by one that answers."""

from __future__ import annotations

import json
import logging
import os
import random
import subprocess
import sys
import tarfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from botocore.exceptions import ClientError

from aws import endpoint_metrics
from aws.authorization.actions import volume_grant
from aws.authorization.authority import AccessDenied
from aws.host import Host, Session
from aws.log_writer import LogWriter
from aws.sagemaker import data_capture, images, network, objects, stand_in
from aws.sagemaker.store import Item, store
from aws.sagemaker.validation import invalid

log = logging.getLogger(__name__)

#: What the log groups of endpoints begin with, before the endpoint's name.
LOG_GROUPS = "/aws/sagemaker/Endpoints/"
#: How long a container may take until it answers /ping, in seconds.
_START = 300
#: The largest body that an endpoint passes on, in bytes: of instances, serverless, asynchronous.
_REALTIME_PAYLOAD_LIMIT = 6_291_456
_SERVERLESS_PAYLOAD_LIMIT = 4_194_304
_ASYNC_PAYLOAD_LIMIT = 1_073_741_824
_BUSY = ("Creating", "Updating", "RollingBack", "Deleting")


@dataclass
class Server:
    """A serving process of one variant."""

    variant: dict[str, Any]
    #: The largest body that it gets, in bytes.
    payload_limit: int
    url: str
    child: subprocess.Popen[bytes]


class ContainerFailed(Exception):
    """A container that does not come up; the text is the endpoint's FailureReason."""


class Endpoint:
    """Starts, switches and stops the containers of one endpoint."""

    def __init__(self, host: Host, region: str, item: Item):
        self._host, self._region, self._item = host, region, item
        self.name = item.name
        self._servers: list[Server] = []
        self._deleted = False

    @property
    def asynchronous(self) -> dict[str, Any] | None:
        """The AsyncInferenceConfig, where there is one."""
        return self._item.state.get("AsyncInferenceConfig")

    def create(self) -> None:
        """Serves as soon as its containers do."""
        self._item.created = self._host.alarm_clock.now()
        self._change("Creating", self._item.request["EndpointConfigName"], [])

    def update(self, request: dict[str, Any]) -> None:
        """Another configuration: the old containers answer until the new ones do."""
        if self._item.state["EndpointStatus"] in _BUSY:
            raise invalid(f'Cannot update in-progress endpoint "{self._item.arn}".')
        self._refuse_what_cannot_change(request["EndpointConfigName"])
        rollback = request.get("DeploymentConfig", {}).get("AutoRollbackConfiguration", {})
        alarms = [alarm["AlarmName"] for alarm in rollback.get("Alarms", [])]
        missing = set(alarms) - _alarms(self._host.client("cloudwatch", self._region), alarms).keys()
        if missing:
            raise invalid(f"Alarms {sorted(missing)} of AutoRollbackConfiguration do not exist")
        if "DeploymentConfig" in request:
            self._item.state["LastDeploymentConfig"] = request["DeploymentConfig"]
        self._change("Updating", request["EndpointConfigName"], alarms)

    def delete(self) -> None:
        """The end of it and its containers."""
        self._deleted = True
        self._move("Deleting")
        self._stop(self._servers)

    def server(self, variant: str | None) -> Server | None:
        """Where a request goes: the variant asked for, or one by weight."""
        servers = [item for item in self._servers if variant in (None, item.variant["VariantName"])]
        if not servers:
            return None
        weights = [server.variant.get("InitialVariantWeight", 1.0) for server in servers]
        return random.choices(servers, weights if any(weights) else None)[0]

    def invoked(self, server: Server) -> None:
        """Counts a request that goes to a variant."""
        moment, variant = self._host.alarm_clock.now(), server.variant["VariantName"]
        endpoint_metrics.record_invocation(self._region, moment, self.name, variant)

    def answered(self, server: Server, bodies: dict[str, tuple[str, bytes]]) -> None:
        """Keeps what was asked and answered, where the configuration says so; what cannot be kept harms no answer."""
        config = self._config(self._item.state["EndpointConfigName"]).get("DataCaptureConfig")
        if config is None:
            return
        try:
            variant = server.variant["VariantName"]
            data_capture.capture(self.role(server.variant), self.name, variant, config, bodies)
        except (AccessDenied, ClientError) as error:
            log.warning("what the endpoint %s captures cannot be kept: %s", self.name, error)

    def role(self, variant: dict[str, Any]) -> Session:
        """SageMaker, by the role of a variant's model."""
        arn = self._model(variant)["ExecutionRoleArn"]
        return self._host.session(arn, "sagemaker.amazonaws.com", "SageMaker", self._region)

    def _config(self, name: str) -> dict[str, Any]:
        return store(self._region).get("endpoint-config", name).request

    def _model(self, variant: dict[str, Any]) -> dict[str, Any]:
        return store(self._region).get("model", variant["ModelName"]).request

    def _refuse_what_cannot_change(self, config: str) -> None:
        """Another kind of hosting, and another instance type under auto scaling. Source: SageMaker's developer guide."""
        before, after = self._config(self._item.state["EndpointConfigName"]), self._config(config)
        kinds = _kind(before), _kind(after)
        if kinds[0] != kinds[1] and kinds != ("serverless", "instance-based"):
            raise invalid(
                f'Cannot update endpoint "{self._item.arn}" from {kinds[0]} to {kinds[1]}: create another endpoint'
            )
        old, new = (
            {variant["VariantName"]: variant.get("InstanceType") for variant in config["ProductionVariants"]}
            for config in (before, after)
        )
        held = [name for name, kind in old.items() if new.get(name) != kind and self._scales(name)]
        if held:
            raise invalid(
                f"The following variant(s) {json.dumps(held)[1:-1]} must be deregistered as a scalable target with AWS Auto "
                "Scaling before they can be removed or have their instance type updated."
            )

    def _scales(self, variant: str) -> bool:
        client = self._host.client("application-autoscaling", self._region)
        target = {"ServiceNamespace": "sagemaker", "ResourceIds": [f"endpoint/{self.name}/variant/{variant}"]}
        return bool(client.describe_scalable_targets(**target)["ScalableTargets"])

    def _change(self, status: str, config: str, alarms: list[str]) -> None:
        self._item.state.pop("FailureReason", None)
        self._item.state.setdefault("EndpointConfigName", config)
        self._move(status)
        threading.Thread(target=self._switch, args=(config, alarms), daemon=True).start()

    def _switch(self, config: str, alarms: list[str]) -> None:
        started: list[Server] = []
        try:
            configured = self._config(config)
            variants = configured["ProductionVariants"]
            for variant in variants:
                if "KmsKeyId" in configured:
                    self.role(variant).require(*volume_grant(self._region, configured["KmsKeyId"]))
                started.append(self._start(variant, _payload_limit(configured, variant)))
            cloudwatch = self.role(variants[0]).client("cloudwatch")
            ringing = [name for name, state in _alarms(cloudwatch, alarms).items() if state == "ALARM"]
            if ringing:
                raise ContainerFailed(f"Alarms {', '.join(ringing)} went off during the deployment")
        except Exception as error:  # noqa: BLE001 an endpoint must not stay in progress for ever
            if not isinstance(error, (AccessDenied, ClientError, ContainerFailed)):
                log.exception("endpoint %s", self.name)
            self._stop(started)
            if not self._deleted:
                self._item.state["FailureReason"] = str(error)
                # An endpoint that served before serves on with what it had.
                self._move("InService" if self._servers else "Failed")
            return
        if self._deleted:
            self._stop(started)
            return
        replaced, self._servers = self._servers, started
        capture = configured.get("DataCaptureConfig")
        self._item.state.update(
            EndpointConfigName=config,
            ProductionVariants=[_described(variant) for variant in variants],
            AsyncInferenceConfig=configured.get("AsyncInferenceConfig"),
            DataCaptureConfig=capture and _capturing(capture),
        )
        self._move("InService")
        # Requests under way end with the containers that they reached.
        time.sleep(0.5)
        self._stop(replaced)

    def _move(self, status: str) -> None:
        state = self._item.state
        self._item.modified = self._host.alarm_clock.now()
        state["EndpointStatus"] = status
        event = {"type": "endpoint", "endpoint": self.name, "status": status}
        reason = {"reason": state["FailureReason"]} if "FailureReason" in state else {}
        self._host.progress({**event, "config": state["EndpointConfigName"], **reason})

    def _start(self, variant: dict[str, Any], payload_limit: int) -> Server:
        model, role = self._model(variant), self.role(variant)
        container = model.get("PrimaryContainer") or model["Containers"][0]
        folder = self._host.folder(f"{self.name}-{variant['VariantName']}")
        archive = folder / "model.tar.gz"
        images.pull(role, container["Image"])
        network.attach(role, model)
        if not objects.download(role.client("s3"), container["ModelDataUrl"], archive):
            raise ContainerFailed(
                f'Failed to download model data for container "container_1" from URL: "{container["ModelDataUrl"]}".'
            )
        with tarfile.open(archive) as file:
            # Source: an answer of AWS on re:Post.
            if any(member.issym() for member in file):
                raise ContainerFailed(
                    f'Failed to extract model data archive for container "container_1" from URL "{container["ModelDataUrl"]}": it has '
                    "symbolic links in it."
                )
            file.extractall(folder / "model", filter="data")
        python = self._host.python(container["Image"])
        code = _code(role, container.get("Environment", {}), folder)
        with (folder / "stderr").open("wb") as stderr:
            child = self._host.children.start(
                [sys.executable, stand_in.__file__, container["Image"]]
                if python is None
                else [
                    python,
                    str(self._host.project / "lib/commands/local/server.py"),
                    "--model-dir",
                    str(folder / "model"),
                    "--image",
                    container["Image"],
                    *(["--code-dir", str(code)] if code else []),
                    "--environment-dir",
                    str(folder / "venv"),
                    "--payload-limit",
                    str(payload_limit),
                    "--exit-with-stdin",
                ],
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=folder,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(folder),
                    "TMPDIR": str(self._host.folder("tmp")),
                    # A container that is cut off has no credentials either; the network itself stays open here.
                    **({} if model.get("EnableNetworkIsolation") else role.environment()),
                    **container.get("Environment", {}),
                },
            )
        stream = f"{variant['VariantName']}/i-{random.getrandbits(68):017x}"
        writer = LogWriter(role, f"{LOG_GROUPS}{self.name}", stream)
        threading.Thread(target=self._follow, args=(writer, child, folder / "stderr"), daemon=True).start()
        try:
            url = self._until_healthy(child)
        except ContainerFailed as error:
            self._host.children.forget(child)
            raise ContainerFailed(
                f"The primary container for production variant {variant['VariantName']} did not pass the ping health check. "
                "Please check CloudWatch logs for this endpoint."
            ) from error
        return Server(variant, payload_limit, url, child)

    def _until_healthy(self, child: subprocess.Popen[bytes]) -> str:
        line = child.stdout.readline()
        url = json.loads(line)["url"] if line else None
        deadline = time.monotonic() + _START
        while url and time.monotonic() < deadline and not self._deleted and child.poll() is None:
            try:
                if requests.get(f"{url}/ping", timeout=2).status_code == 200:
                    return url
            except requests.RequestException:
                pass
            time.sleep(0.1)
        raise ContainerFailed

    def _follow(self, writer: LogWriter, child: subprocess.Popen[bytes], path: Path) -> None:
        """Copies what a container writes into the endpoint's log group, which appears with the first line."""
        with path.open("rb") as file:
            while True:
                ended = child.poll() is not None
                text = file.read(1024**2)
                if text and not self._deleted:
                    writer.write(text.decode(errors="replace").splitlines())
                elif ended:
                    return
                else:
                    time.sleep(0.3)

    def _stop(self, servers: list[Server]) -> None:
        for server in servers:
            server.child.terminate()
            try:
                server.child.wait(10)
            except subprocess.TimeoutExpired:
                log.warning("serving process %s did not end", server.child.pid)
            self._host.children.forget(server.child)


def _code(role: Session, environment: dict[str, str], folder: Path) -> Path | None:
    """The script that a container takes from S3 at its start, where it takes one."""
    uri = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    if not uri.startswith("s3://"):
        return None
    if not objects.download(role.client("s3"), uri, folder / "sourcedir.tar.gz"):
        raise ContainerFailed(f'Failed to download the script from URL: "{uri}".')
    with tarfile.open(folder / "sourcedir.tar.gz") as file:
        file.extractall(folder / "code", filter="data")
    return folder / "code"


def _alarms(cloudwatch: Any, names: list[str]) -> dict[str, str]:
    """The states of alarms, of those that there are."""
    found = cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"] if names else []
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}


def _kind(config: dict[str, Any]) -> str:
    if "AsyncInferenceConfig" in config:
        return "asynchronous"
    serverless = any("ServerlessConfig" in variant for variant in config["ProductionVariants"])
    return "serverless" if serverless else "instance-based"


def _payload_limit(config: dict[str, Any], variant: dict[str, Any]) -> int:
    if "AsyncInferenceConfig" in config:
        return _ASYNC_PAYLOAD_LIMIT
    return _SERVERLESS_PAYLOAD_LIMIT if "ServerlessConfig" in variant else _REALTIME_PAYLOAD_LIMIT


def _capturing(config: dict[str, Any]) -> dict[str, Any]:
    """A DataCaptureConfig as DescribeEndpoint has it."""
    return {
        "EnableCapture": config.get("EnableCapture", False),
        "CaptureStatus": "Started",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }


def _described(variant: dict[str, Any]) -> dict[str, Any]:
    """A variant as DescribeEndpoint has it."""
    weight, serverless = variant.get("InitialVariantWeight", 1.0), variant.get("ServerlessConfig")
    count = 0 if serverless else variant.get("InitialInstanceCount", 1)
    return {
        "VariantName": variant["VariantName"],
        "CurrentWeight": weight,
        "DesiredWeight": weight,
        "CurrentInstanceCount": count,
        "DesiredInstanceCount": None if serverless else count,
        "CurrentServerlessConfig": serverless,
        "DesiredServerlessConfig": serverless,
    }
