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
_BUSY = ("Creating", "Updating", "RollingBack", "Deleting")


@dataclass
class Server:
    """A serving process of one variant."""

    variant: dict[str, Any]
    url: str
    child: subprocess.Popen[bytes]


class ContainerFailed(Exception):
    """A container that does not come up; the text is the endpoint's FailureReason."""


class Endpoints:
    """Starts, switches and stops the endpoints of one host."""

    def __init__(self, host: Host):
        self._host = host
        self._servers: dict[str, list[Server]] = {}
        self._deleted: set[str] = set()

    def create(self, region: str, request: dict[str, Any]) -> Item:
        """An endpoint that serves as soon as its containers do."""
        self._config(region, request["EndpointConfigName"])
        item = store(region).add("endpoint", request)
        item.created = self._host.alarm_clock.now()
        self._deleted.discard(item.arn)
        self._change(region, item, "Creating", request["EndpointConfigName"])
        return item

    def update(self, region: str, item: Item, request: dict[str, Any]) -> None:
        """Another configuration: the old containers answer until the new ones do."""
        if item.state["EndpointStatus"] in _BUSY:
            raise invalid(f'Cannot update in-progress endpoint "{item.arn}".')
        self._refuse_what_cannot_change(region, item, request["EndpointConfigName"])
        rollback = request.get("DeploymentConfig", {}).get("AutoRollbackConfiguration", {})
        alarms = [alarm["AlarmName"] for alarm in rollback.get("Alarms", [])]
        known = self._alarms(self._host.client("cloudwatch", region), alarms)
        if set(alarms) - known.keys():
            raise invalid(
                f"Alarms {sorted(set(alarms) - known.keys())} of AutoRollbackConfiguration do not exist"
            )
        if "DeploymentConfig" in request:
            item.state["LastDeploymentConfig"] = request["DeploymentConfig"]
        self._change(region, item, "Updating", request["EndpointConfigName"], alarms)

    def delete(self, region: str, item: Item) -> None:
        """The end of an endpoint and its containers."""
        self._deleted.add(item.arn)
        self._tell(item, "Deleting")
        store(region).remove(item)
        for server in self._servers.pop(item.arn, []):
            self._stop(server)

    def server(self, item: Item, variant: str | None) -> Server:
        """Where a request goes: the variant asked for, or one by weight."""
        servers = self._servers.get(item.arn, [])
        if variant is not None:
            servers = [server for server in servers if server.variant["VariantName"] == variant]
        if not servers:
            raise invalid(
                f"Variant {variant} not found for Request"
                if variant
                else f"Endpoint {item.name} is not in service"
            )
        weights = [server.variant.get("InitialVariantWeight", 1.0) for server in servers]
        return random.choices(servers, weights if any(weights) else None)[0]

    def invoked(self, region: str, item: Item, server: Server) -> None:
        """Counts a request that goes to a variant."""
        moment = self._host.alarm_clock.now()
        endpoint_metrics.record_invocation(region, moment, item.name, server.variant["VariantName"])

    def answered(self, region: str, item: Item, server: Server, bodies: dict[str, tuple[str, bytes]]) -> None:
        """Keeps what was asked and answered, where the configuration says so; what cannot be kept harms no answer."""
        config = self._config(region, item.state["EndpointConfigName"]).request.get("DataCaptureConfig")
        if config is None:
            return
        try:
            name = server.variant["VariantName"]
            data_capture.capture(self.role(region, server.variant), item.name, name, config, bodies)
        except (AccessDenied, ClientError) as error:
            log.warning("what the endpoint %s captures cannot be kept: %s", item.name, error)

    def _config(self, region: str, name: str) -> Item:
        return store(region).get("endpoint-config", name)

    def _refuse_what_cannot_change(self, region: str, item: Item, name: str) -> None:
        """Another kind of hosting, and another instance type under auto scaling. Source: SageMaker's developer guide."""
        before = self._config(region, item.state["EndpointConfigName"]).request
        after = self._config(region, name).request
        kinds = _kind(before), _kind(after)
        if kinds[0] != kinds[1] and kinds != ("serverless", "instance-based"):
            raise invalid(
                f'Cannot update endpoint "{item.arn}" from {kinds[0]} to {kinds[1]}: create another endpoint'
            )
        types = {
            variant["VariantName"]: variant.get("InstanceType") for variant in after["ProductionVariants"]
        }
        held = [
            variant["VariantName"]
            for variant in before["ProductionVariants"]
            if types.get(variant["VariantName"]) != variant.get("InstanceType")
            and self._scales(region, item.name, variant["VariantName"])
        ]
        if held:
            raise invalid(
                f"The following variant(s) {json.dumps(held)[1:-1]} must be deregistered as a scalable target with AWS Auto "
                "Scaling before they can be removed or have their instance type updated."
            )

    def _scales(self, region: str, endpoint: str, variant: str) -> bool:
        client = self._host.client("application-autoscaling", region)
        return bool(
            client.describe_scalable_targets(
                ServiceNamespace="sagemaker", ResourceIds=[f"endpoint/{endpoint}/variant/{variant}"]
            )["ScalableTargets"]
        )

    def _alarms(self, cloudwatch: Any, names: list[str]) -> dict[str, str]:
        if not names:
            return {}
        found = cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}

    def _change(
        self, region: str, item: Item, status: str, config: str, alarms: list[str] | None = None
    ) -> None:
        item.state.pop("FailureReason", None)
        item.state["EndpointStatus"] = status
        item.state.setdefault("EndpointConfigName", config)
        item.modified = self._host.alarm_clock.now()
        self._tell(item, status)
        work = threading.Thread(target=self._switch, args=(region, item, config, alarms or []), daemon=True)
        work.start()

    def _switch(self, region: str, item: Item, config: str, alarms: list[str]) -> None:
        started: list[Server] = []
        try:
            configured = self._config(region, config).request
            variants = configured["ProductionVariants"]
            for variant in variants:
                if "KmsKeyId" in configured:
                    self.role(region, variant).require(*volume_grant(region, configured["KmsKeyId"]))
                limit = _payload_limit(configured, variant)
                started.append(self._start(region, item, variant, limit))
            cloudwatch = self.role(region, variants[0]).client("cloudwatch")
            ringing = [name for name, state in self._alarms(cloudwatch, alarms).items() if state == "ALARM"]
            if ringing:
                raise ContainerFailed(f"Alarms {', '.join(ringing)} went off during the deployment")
        except Exception as error:  # noqa: BLE001 an endpoint must not stay in progress for ever
            if not isinstance(error, (AccessDenied, ClientError, ContainerFailed)):
                log.exception("endpoint %s", item.name)
            for server in started:
                self._stop(server)
            if item.arn not in self._deleted:
                item.state["FailureReason"] = str(error)
                # An endpoint that served before serves on with what it had.
                self._settle(item, "InService" if self._servers.get(item.arn) else "Failed")
            return
        if item.arn in self._deleted:
            replaced = started
        else:
            replaced = self._servers.get(item.arn, [])
            self._servers[item.arn] = started
            item.state["EndpointConfigName"] = config
            item.state["ProductionVariants"] = [_described(variant) for variant in variants]
            item.state.pop("AsyncInferenceConfig", None)
            if "AsyncInferenceConfig" in configured:
                item.state["AsyncInferenceConfig"] = configured["AsyncInferenceConfig"]
            item.state.pop("DataCaptureConfig", None)
            if "DataCaptureConfig" in configured:
                # As DescribeEndpoint has it.
                item.state["DataCaptureConfig"] = {
                    "EnableCapture": configured["DataCaptureConfig"].get("EnableCapture", False),
                    "CaptureStatus": "Started",
                    "CurrentSamplingPercentage": configured["DataCaptureConfig"]["InitialSamplingPercentage"],
                    **{
                        key: configured["DataCaptureConfig"].get(key, "")
                        for key in ("DestinationS3Uri", "KmsKeyId")
                    },
                }
            self._settle(item, "InService")
        # Requests under way end with the containers that they reached.
        time.sleep(0.5 if replaced is not started else 0)
        for server in replaced:
            self._stop(server)

    def _settle(self, item: Item, status: str) -> None:
        item.modified = self._host.alarm_clock.now()
        item.state["EndpointStatus"] = status
        self._tell(item, status)

    def _tell(self, item: Item, status: str) -> None:
        event = {
            "type": "endpoint",
            "endpoint": item.name,
            "status": status,
            "config": item.state.get("EndpointConfigName"),
        }
        reason = item.state.get("FailureReason")
        self._host.progress({**event, **({"reason": reason} if reason else {})})

    def role(self, region: str, variant: dict[str, Any]) -> Session:
        """SageMaker, by the role of a variant's model."""
        arn = self._model(region, variant).request["ExecutionRoleArn"]
        return self._host.session(arn, "sagemaker.amazonaws.com", "SageMaker", region)

    def _model(self, region: str, variant: dict[str, Any]) -> Item:
        return store(region).get("model", variant["ModelName"])

    def _start(self, region: str, item: Item, variant: dict[str, Any], payload_limit: int) -> Server:
        model, role = self._model(region, variant), self.role(region, variant)
        container = model.request.get("PrimaryContainer") or model.request["Containers"][0]
        folder = self._host.folder(f"{item.name}-{variant['VariantName']}")
        archive = folder / "model.tar.gz"
        images.pull(role, container["Image"])
        network.attach(role, model.request)
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
        code = self._code(role, container.get("Environment", {}), folder)
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
                    **({} if model.request.get("EnableNetworkIsolation") else role.environment()),
                    **container.get("Environment", {}),
                },
            )
        stream = f"{variant['VariantName']}/i-{random.getrandbits(68):017x}"
        threading.Thread(
            target=self._follow, args=(role, item, child, folder / "stderr", stream), daemon=True
        ).start()
        try:
            url = self._until_healthy(item, child)
        except ContainerFailed as error:
            self._host.children.forget(child)
            raise ContainerFailed(
                f"The primary container for production variant {variant['VariantName']} did not pass the ping health check. "
                f"Please check CloudWatch logs for this endpoint. {error}".rstrip()
            ) from error
        return Server(variant, url, child)

    def _code(self, role: Session, environment: dict[str, str], folder: Path) -> Path | None:
        """The script that a container takes from S3 at its start, where it takes one."""
        uri = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
        if not uri.startswith("s3://"):
            return None
        if not objects.download(role.client("s3"), uri, folder / "sourcedir.tar.gz"):
            raise ContainerFailed(f'Failed to download the script from URL: "{uri}".')
        with tarfile.open(folder / "sourcedir.tar.gz") as file:
            file.extractall(folder / "code", filter="data")
        return folder / "code"

    def _until_healthy(self, item: Item, child: subprocess.Popen[bytes]) -> str:
        line = child.stdout.readline()
        if not line:
            raise ContainerFailed("")
        url = json.loads(line)["url"]
        deadline = time.monotonic() + _START
        while time.monotonic() < deadline and item.arn not in self._deleted:
            if child.poll() is not None:
                raise ContainerFailed("")
            try:
                if requests.get(f"{url}/ping", timeout=2).status_code == 200:
                    return url
            except requests.RequestException:
                pass
            time.sleep(0.1)
        raise ContainerFailed("")

    def _follow(
        self, role: Session, item: Item, child: subprocess.Popen[bytes], path: Path, stream: str
    ) -> None:
        """Copies what a container writes into the endpoint's log group, which appears with the first line."""
        writer = LogWriter(role, f"{LOG_GROUPS}{item.name}", stream)
        with path.open("rb") as file:
            while True:
                ended = child.poll() is not None
                text = file.read(1024**2)
                if text and item.arn not in self._deleted:
                    writer.write(text.decode(errors="replace").splitlines())
                elif ended:
                    return
                else:
                    time.sleep(0.3)

    def _stop(self, server: Server) -> None:
        server.child.terminate()
        try:
            server.child.wait(10)
        except subprocess.TimeoutExpired:
            log.warning("serving process %s did not end", server.child.pid)
        self._host.children.forget(server.child)


def _kind(config: dict[str, Any]) -> str:
    if "AsyncInferenceConfig" in config:
        return "asynchronous"
    serverless = any("ServerlessConfig" in variant for variant in config["ProductionVariants"])
    return "serverless" if serverless else "instance-based"


def _payload_limit(config: dict[str, Any], variant: dict[str, Any]) -> int:
    """The largest body that an endpoint of this kind passes on, in bytes."""
    if "AsyncInferenceConfig" in config:
        return 1024**3
    return (4 if "ServerlessConfig" in variant else 6) * 1024**2


def _described(variant: dict[str, Any]) -> dict[str, Any]:
    weight = variant.get("InitialVariantWeight", 1.0)
    described = {"VariantName": variant["VariantName"], "CurrentWeight": weight, "DesiredWeight": weight}
    if "ServerlessConfig" in variant:
        serverless = variant["ServerlessConfig"]
        return {
            **described,
            "CurrentServerlessConfig": serverless,
            "DesiredServerlessConfig": serverless,
            "CurrentInstanceCount": 0,
        }
    count = variant.get("InitialInstanceCount", 1)
    return {**described, "CurrentInstanceCount": count, "DesiredInstanceCount": count}
