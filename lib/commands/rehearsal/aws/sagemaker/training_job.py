"""One training job, run by the project's own local runner."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from aws import rules
from aws.authorization.actions import volume_grant
from aws.authorization.authority import AccessDenied
from aws.clock import now
from aws.host import Host
from aws.log_writer import LogWriter
from aws.sagemaker import images, network, objects, stand_in
from aws.sagemaker.store import Item, store

log = logging.getLogger(__name__)

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
#: The project's runner; it reads one line of JSON and writes events.
_RUNNER = ["node", "-r", "ts-node/register", "lib/commands/local/train.process.ts"]
#: What spot capacity costs here, as a part of the on-demand price; the service's own moves with supply and demand.
_SPOT_PRICE = 0.3
_RUNNING = ("Starting", "Pending", "Downloading", "Training", "Uploading", "Interrupted")
_MESSAGES = {
    "Starting": "Starting the training job",
    "Downloading": "Downloading the input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopped": "Training job stopped",
}


class JobFailed(Exception):
    """A job that ends before its script begins; the text is its FailureReason."""


class TrainingJob:
    """One job, in a thread of its own and a process of the runner."""

    def __init__(self, host: Host, region: str, item: Item):
        self._host, self._region, self._item = host, region, item
        #: SageMaker, by the job's role.
        self._role = host.session(item.request["RoleArn"], "sagemaker.amazonaws.com", "SageMaker", region)
        self._s3 = self._role.client("s3")
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        stream = f"{item.name}/algo-1-{int(time.time())}"
        self._writer = LogWriter(self._role, LOG_GROUP, stream)
        path = item.request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        self._output = f"{path}/{item.name}/output"
        item.state.update(
            TrainingJobStatus="InProgress",
            SecondaryStatus="Starting",
            SecondaryStatusTransitions=[],
            ModelArtifacts={"S3ModelArtifacts": f"{self._output}/model.tar.gz"},
        )

    def start(self) -> None:
        """Runs the job in the background."""
        self._move("InProgress", "Starting")
        threading.Thread(target=self._guarded, daemon=True, name=f"training-{self._item.name}").start()

    def stop(self) -> None:
        """Asks the runner to stop; it gives the script its time."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._move("Stopping", "Stopping")
        if self._child is not None:
            self._child.send_signal(signal.SIGTERM)

    def _guarded(self) -> None:
        try:
            self._run()
        except (AccessDenied, ClientError) as error:
            # What the role may not read, pull or write.
            self._fail(f"ClientError: {error}")
        except JobFailed as error:
            self._fail(str(error))
        except Exception as error:  # noqa: BLE001 a job must end, whatever happened to it
            log.exception("training job %s", self._item.name)
            self._fail(f"InternalServerError: {error}")

    def _fail(self, reason: str) -> None:
        self._end({"trainingJobStatus": "Failed", "failureReason": reason})

    def _run(self) -> None:
        request, folder = self._item.request, self._host.folder(self._item.name)
        volumes = request["ResourceConfig"].get("VolumeKmsKeyId")
        if volumes:
            self._role.require(*volume_grant(self._region, volumes))
        image = request["AlgorithmSpecification"]["TrainingImage"]
        images.pull(self._role, image)
        network.attach(self._role, request)
        closed = network.closed(self._region, request)
        if closed:
            raise JobFailed(closed)
        self._move("InProgress", "Downloading")
        channels = {}
        for channel in request.get("InputDataConfig", []):
            target = folder / "channels" / channel["ChannelName"]
            source = channel["DataSource"]["S3DataSource"]
            if source["S3DataType"] == "ManifestFile":
                self._download_listed(source["S3Uri"], target)
            else:
                objects.download_prefix(self._s3, source["S3Uri"], target)
            channels[channel["ChannelName"]] = str(target)
        source = self._source(request, folder / "sourcedir.tar.gz")
        (folder / "output").mkdir()
        checkpoints = None
        if "CheckpointConfig" in request:
            # The runner copies them to where the script finds and writes them.
            config = request["CheckpointConfig"]
            objects.download_prefix(self._s3, config["S3Uri"], folder / "checkpoints")
            place = config.get("LocalPath", "/opt/ml/checkpoints")
            checkpoints = objects.Mirror(self._s3, folder / f"output{place}", config["S3Uri"])
        python = self._host.python(image)
        document = {
            "request": request,
            "sourceArchive": str(source) if source else None,
            "channels": channels,
            "outputDirectory": str(folder / "output"),
            "python": python,
            "checkpoints": str(folder / "checkpoints") if checkpoints else None,
            "region": self._region,
            "aws": self._role.environment(),
        }
        if self._stopping.is_set():
            self._end({"trainingJobStatus": "Stopped"})
            return
        if python is None:
            self._move("InProgress", "Training")
            self._log(stand_in.words(image))
            result = stand_in.train(image, channels, self._host.stand_in_metrics, folder / "output")
        else:
            result = self._train(document, checkpoints, folder)
        if checkpoints:
            checkpoints.copy()
        if "TensorBoardOutputConfig" in request:
            config = request["TensorBoardOutputConfig"]
            place = folder / f"output{config.get('LocalPath', '/opt/ml/output/tensorboard')}"
            uri = f"{config['S3OutputPath'].rstrip('/')}/{self._item.name}/tensorboard-output"
            objects.Mirror(self._s3, place, uri).copy()
        for name in ("model.tar.gz", "output.tar.gz"):
            path = folder / "output" / name
            if path.exists():
                objects.upload(self._s3, path, f"{self._output}/{name}")
        self._end(result)

    def _download_listed(self, manifest: str, folder: Path) -> None:
        """The objects that a manifest names: a list of its prefix and of keys after it."""
        path = folder.with_name(f"{folder.name}.manifest")
        objects.download(self._s3, manifest, path)
        try:
            first, *names = json.loads(path.read_text())
            prefix = first["prefix"]
        except (ValueError, TypeError, KeyError) as error:
            raise JobFailed(
                f"ClientError: Data download failed: {manifest} is no manifest ({error})"
            ) from error
        for name in names:
            if not objects.download(self._s3, f"{prefix}{name}", folder / name):
                raise JobFailed(f"ClientError: Data download failed: there is no object {prefix}{name}")

    def _source(self, request: dict[str, Any], target: Path) -> Path | None:
        value = request.get("HyperParameters", {}).get("sagemaker_submit_directory")
        uri = json.loads(value) if value and value.startswith('"') else value
        if not uri or not uri.startswith("s3://"):
            return None
        if not objects.download(self._s3, uri, target):
            raise FileNotFoundError(
                f"An error occurred (404) when calling the HeadObject operation: Not Found ({uri})"
            )
        return target

    def _train(
        self, document: dict[str, Any], checkpoints: objects.Mirror | None, folder: Path
    ) -> dict[str, Any]:
        errors = folder / "runner.stderr"
        with errors.open("wb") as stderr:
            self._child = child = self._host.children.start(
                _RUNNER,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=self._host.project,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(folder),
                    "TMPDIR": str(self._host.folder("tmp")),
                    **self._role.environment(),
                },
            )
        result: dict[str, Any] | None = None
        try:
            child.stdin.write(json.dumps(document).encode() + b"\n")
            child.stdin.flush()
            if self._stopping.is_set():
                child.send_signal(signal.SIGTERM)
            for line in child.stdout:
                event = json.loads(line)
                if event["type"] == "result":
                    result = event
                else:
                    self._take(event, checkpoints)
            child.wait()
        finally:
            self._host.children.forget(child)
        if result is None:
            text = errors.read_text(errors="replace")[-800:]
            raise RuntimeError(f"the runner ended with {child.returncode} and no result: {text}")
        return result

    def _take(self, event: dict[str, Any], checkpoints: objects.Mirror | None) -> None:
        if event["type"] == "status":
            # The end is told once, with the artifact in its place.
            if not self._stopping.is_set() and event["secondaryStatus"] in _RUNNING:
                self._move("InProgress", event["secondaryStatus"], event.get("message"))
        elif event["type"] == "log":
            self._log(event["line"])
        elif event["type"] == "metric":
            with contextlib.suppress(AccessDenied):
                self._role.require("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": [LOG_GROUP]})
            self._tell(metric=event["name"], value=event["value"])
            if checkpoints:
                checkpoints.copy()

    def _move(self, status: str, secondary: str, message: str | None = None) -> None:
        """To another status: transition, event, progress. Terminal ones are no repetition of the one before."""
        item, moment = self._item, now()
        if (
            status == "InProgress"
            and item.state["SecondaryStatusTransitions"]
            and secondary == item.state["SecondaryStatus"]
        ):
            return
        with store(self._region).lock:
            transitions = list(item.state["SecondaryStatusTransitions"])
            if transitions:
                transitions[-1] = {**transitions[-1], "EndTime": moment}
            transitions.append(
                {
                    "Status": secondary,
                    "StartTime": moment,
                    "StatusMessage": message or _MESSAGES.get(secondary, secondary),
                }
            )
            item.state.update(
                TrainingJobStatus=status, SecondaryStatus=secondary, SecondaryStatusTransitions=transitions
            )
            if secondary == "Training":
                item.state["TrainingStartTime"] = moment
            item.modified = moment
        self._tell(status=status)
        rules.publish(
            self._region, "aws.sagemaker", "SageMaker Training Job State Change", [item.arn], _detail(item)
        )

    def _end(self, result: dict[str, Any]) -> None:
        item, moment = self._item, now()
        item.state["TrainingEndTime"] = moment
        begun = item.state.get("TrainingStartTime", moment)
        seconds = max(1, round((moment - begun).total_seconds()))
        # The service tells a spot job's discount as time: savings are 1 - BillableTimeInSeconds / TrainingTimeInSeconds.
        share = _SPOT_PRICE if item.request.get("EnableManagedSpotTraining") else 1
        item.state.update(TrainingTimeInSeconds=seconds, BillableTimeInSeconds=max(1, round(seconds * share)))
        if result.get("failureReason"):
            item.state["FailureReason"] = result["failureReason"][:1024]
        if result.get("finalMetrics"):
            item.state["FinalMetricDataList"] = result["finalMetrics"]
        secondary = result.get("secondaryStatus") or result["trainingJobStatus"]
        message = result.get("failureReason") or _MESSAGES.get(secondary)
        self._move(result["trainingJobStatus"], secondary, message)

    def _log(self, line: str) -> None:
        self._writer.write([line])
        self._tell(logLine=line)

    def _tell(self, **more: Any) -> None:
        secondary = self._item.state["SecondaryStatus"]
        self._host.progress(
            {"type": "training", "job": self._item.name, "secondaryStatus": secondary, **more}
        )


def _detail(item: Item) -> dict[str, Any]:
    """A state change's detail: the description with its times in milliseconds and its tags as a map."""
    text = json.dumps(item.described(), default=lambda moment: int(moment.timestamp() * 1000))
    return {**json.loads(text), "Tags": item.tags}
