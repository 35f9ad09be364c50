"""What happens on a notebook instance, by its role: a person's boto3, and the idle stop. Prints each call with how it ended.

`python notebook_stand_in.py BUCKET ENDPOINT INSTANCE FOLDER`, with the role's credentials in the environment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

IDLE_STOP = Path(__file__).parents[3] / "lib/workspace/notebook-idle-stop.py"
#: The one command of the AWS CLI that the idle stop runs.
CLI = f"""#!{sys.executable}
import sys, boto3
_, service, command, _, region, _, name = sys.argv
assert (service, command) == ("sagemaker", "stop-notebook-instance")
boto3.client("sagemaker", region_name=region).stop_notebook_instance(NotebookInstanceName=name)
"""


def main(bucket: str, endpoint: str, instance: str, folder: Path) -> None:
    ended: dict[str, str] = {}

    def call(service: str, method: str, **parameters) -> None:
        try:
            getattr(boto3.client(service), method)(**parameters)
            ended[method] = "done"
        except ClientError as error:
            ended[method] = error.response["Error"]["Code"]

    note = {"Bucket": bucket, "Key": "notes/a.txt"}
    call("s3", "head_bucket", Bucket=bucket)
    call("s3", "list_objects_v2", Bucket=bucket)
    call("s3", "put_object", **note, Body=b"a")
    call("s3", "get_object", **note)
    call("s3", "delete_object", **note)
    body = json.dumps({"instances": [1]})
    call(
        "sagemaker-runtime",
        "invoke_endpoint",
        EndpointName=endpoint,
        ContentType="application/json",
        Body=body,
    )
    group = {"logGroupName": "/aws/sagemaker/NotebookInstances"}
    stream = {**group, "logStreamName": f"{instance}/jupyter.log"}
    call("logs", "create_log_group", **group)
    call("logs", "create_log_stream", **stream)
    call("logs", "put_log_events", **stream, logEvents=[{"timestamp": 1, "message": "m"}])
    call("sagemaker", "delete_endpoint", EndpointName=endpoint)
    call("sagemaker", "describe_training_job", TrainingJobName="any")
    call("s3", "list_buckets")
    call("iam", "list_roles")

    # Idle: nobody ever asked the server, which does not answer, and the instance is up for a day.
    (folder / "proc").mkdir()
    (folder / "proc/uptime").write_text("86400.0 0.0")
    (folder / "aws").write_text(CLI)
    (folder / "aws").chmod(0o700)
    region = os.environ["AWS_REGION"]
    metadata = {
        "ResourceArn": f"arn:aws:sagemaker:{region}:123456789012:notebook-instance/{instance}",
        "ResourceName": instance,
    }
    (folder / "metadata.json").write_text(json.dumps(metadata))
    stopped = subprocess.run(
        [
            *(sys.executable, str(IDLE_STOP), "--idle-timeout", "3600", "--server", "https://127.0.0.1:9"),
            *("--metadata", str(folder / "metadata.json"), "--proc", str(folder / "proc")),
            *("--state", str(folder / "state")),
        ],
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        stdout=subprocess.DEVNULL,
        check=False,
    )
    ended["idle stop"] = "done" if stopped.returncode == 0 else f"exit code {stopped.returncode}"
    print(json.dumps(ended))


if __name__ == "__main__":
    main(*sys.argv[1:4], Path(sys.argv[4]))
