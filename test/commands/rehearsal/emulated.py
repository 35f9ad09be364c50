"""The in-memory AWS as a process, and stacks in it: what the tests of this folder drive."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import boto3
from botocore.config import Config

PROJECT = Path(__file__).parents[3]


class Emulator:
    """A running in-memory AWS, as its driver starts it."""

    def __init__(self, state_dir: Path, *options: str):
        self.state_dir = state_dir
        self.output = state_dir.with_suffix(".out")
        with self.output.open("wb") as output, state_dir.with_suffix(".err").open("wb") as errors:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "lib/commands/rehearsal/emulator.py",
                    "--state-dir",
                    str(state_dir),
                    "--exit-with-stdin",
                    *options,
                ],
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=errors,
            )
        self.announced = self.wait(lambda: next(iter(self.lines()), None))
        self.port, self.url = self.announced["port"], self.announced["url"]
        self.key_id, self.secret = self.announced["accessKeyId"], self.announced["secretAccessKey"]

    def lines(self) -> list[dict]:
        text = self.output.read_text()
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")]

    def wait(self, condition, seconds: float = 120):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
            assert self.process.poll() is None, self.state_dir.with_suffix(".err").read_text()
            time.sleep(0.1)
        raise AssertionError(f"nothing after {seconds} s: {self.output.read_text()[-3000:]}")

    def client(self, service: str):
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.url,
            aws_access_key_id=self.key_id,
            aws_secret_access_key=self.secret,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def left(self) -> list[dict]:
        headers = {"Authorization": f"Bearer {self.key_id}"}
        request = urllib.request.Request(f"{self.url}/_rehearsal/inventory", headers=headers)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["left"]

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "AWS_ACCESS_KEY_ID": self.key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_S3": self.url,
        }

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        self.process.stdin.close()


class Stack:
    """A stack of the test's own, driven by the API and deleted afterwards."""

    def __init__(self, emulator: Emulator, name: str):
        self.emulator, self.name = emulator, name
        self.cloudformation = emulator.client("cloudformation")

    def begin(self, resources: dict, outputs: dict | None = None, **more) -> None:
        exists = any(
            stack["StackName"] == self.name for stack in self.cloudformation.describe_stacks()["Stacks"]
        )
        call = self.cloudformation.update_stack if exists else self.cloudformation.create_stack
        body = {
            "Resources": resources,
            "Outputs": outputs or {},
            "Parameters": more.pop("parameters", {}),
            **more,
        }
        call(StackName=self.name, TemplateBody=json.dumps(body))

    def deploy(self, resources: dict, outputs: dict | None = None, **more) -> str:
        self.begin(resources, outputs, **more)
        return self.settled()

    def settled(self) -> str:
        return self.emulator.wait(
            lambda: self.status() if not self.status().endswith("IN_PROGRESS") else None
        )

    def described(self) -> dict:
        return self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]

    def status(self) -> str:
        return self.described()["StackStatus"]

    def outputs(self) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self.described().get("Outputs", [])}

    def events(self) -> list[tuple[str, str, str]]:
        found = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        return [
            (e["LogicalResourceId"], e["ResourceStatus"], e.get("ResourceStatusReason", ""))
            for e in reversed(found)
        ]

    def failures(self) -> list[tuple[str, str, str]]:
        return [event for event in self.events() if "FAILED" in event[1]]

    def reason(self, status: str) -> str:
        return next(reason for _, found, reason in reversed(self.events()) if found == status)

    def resource(self, logical_id: str) -> dict:
        found = self.cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return next(item for item in found if item["LogicalResourceId"] == logical_id)

    def delete(self) -> str:
        identifier = self.described()["StackId"]
        self.cloudformation.delete_stack(StackName=self.name)

        def ended():
            status = self.cloudformation.describe_stacks(StackName=identifier)["Stacks"][0]["StackStatus"]
            return status if not status.endswith("IN_PROGRESS") else None

        return self.emulator.wait(ended)
