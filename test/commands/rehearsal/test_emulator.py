import json
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import boto3

ROOT = Path(__file__).parents[3]


def test_the_emulator_answers_on_loopback_lists_what_is_left_and_ends_with_its_parent(tmp_path):
    command = [
        sys.executable,
        ROOT / "lib/commands/rehearsal/emulator.py",
        "--state-dir",
        tmp_path,
        "--exit-with-stdin",
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        port = json.loads(process.stdout.readline())["port"]
        credentials = {
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
            "region_name": "us-east-1",
        }
        s3 = boto3.client("s3", endpoint_url=f"http://localhost:{port}", **credentials)

        def left() -> list:
            url = f"http://localhost:{port}/_rehearsal/inventory"
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)["left"]

        assert left() == []
        s3.create_bucket(Bucket="some-bucket")
        assert "some-bucket" in json.dumps(left())
        s3.delete_bucket(Bucket="some-bucket")
        assert left() == []

        process.stdin.close()
        assert process.wait(timeout=30) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
