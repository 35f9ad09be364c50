"""What every part of the in-memory AWS shares: its address, its folder, its children, its progress lines."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from aws.authorization.actions import Need
from aws.authorization.authority import Authority
from aws.callbacks import PATH, Callbacks
from aws.children import Children
from aws.clock import AlarmClock
from aws.faults import Faults
from aws.identities import Identities, Key, Principal

#: The names under which this server is reached: no proxy stands before them.
LOOPBACK = "localhost,.localhost,127.0.0.1,::1"


class Host:
    """One running in-memory AWS."""

    #: The project's root: where node_modules and lib/ are.
    project = Path(__file__).parents[4]

    def __init__(
        self,
        state_dir: Path,
        alarm_seconds_per_minute: float,
        pythons: dict[str, str | None],
        stand_in_metrics: dict[str, float],
    ):
        self._state_dir = state_dir
        self.children = Children()
        self.callbacks = Callbacks()
        self.identities = Identities()
        self.faults = Faults()
        self.authority = Authority(self.progress, self.faults)
        self._pythons = pythons
        #: The final metrics of a job whose container does not run here.
        self.stand_in_metrics = stand_in_metrics
        self.url = ""
        self.port = 0
        #: Invokes a function by its ARN with an event, in the background; set once every try has failed.
        self.invoke: Callable[[str, Any], threading.Event]
        #: The time of alarms, of metrics and of the endpoints' ages.
        self.alarm_clock = AlarmClock(alarm_seconds_per_minute)
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._clients_lock = threading.Lock()
        self._output_lock = threading.Lock()
        #: Whether it has begun to end.
        self.closed = False

    def session(self, role: str, service: str, name: str, region: str) -> Session:
        """A service that acts by a role. @raises AccessDenied where the role does not trust it"""
        principal = self.authority.session(role, service, name)
        return Session(self, principal, self.identities.key(principal), region)

    def client(self, service: str, region: str, key: Key | None = None) -> Any:
        """A boto3 client of this very server, with a key or the person's: the API that users see."""
        key = key or self.identities.person
        with self._clients_lock:
            if (service, region, key.id) not in self._clients:
                self._clients[service, region, key.id] = boto3.client(
                    service,
                    region_name=region,
                    endpoint_url=self.url,
                    aws_access_key_id=key.id,
                    aws_secret_access_key=key.secret,
                    config=Config(
                        proxies={},
                        retries={"total_max_attempts": 1},
                        read_timeout=900,
                        max_pool_connections=64,
                    ),
                )
            return self._clients[service, region, key.id]

    def folder(self, name: str) -> Path:
        """A fresh folder under the state directory."""
        with self._output_lock:
            if self.closed:
                raise RuntimeError("the server is stopping")
            return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self._state_dir))

    def python(self, image: str) -> str | None:
        """The interpreter that stands for an image: this one where nothing else is said; None where its container is not here."""
        return self._pythons.get(image.split("/")[-1], sys.executable)

    def close(self) -> None:
        """Ends all children; from then on no folder is made, so that the state directory can go."""
        with self._output_lock:
            self.closed = True
        self.children.close()

    def callback_url(self, token: str) -> str:
        """The address of an open callback."""
        return f"{self.url}{PATH}{token}"

    def environment(self, key: Key | None = None) -> dict[str, str]:
        """The variables by which the SDKs, the AWS CLI and the CDK reach this server instead of AWS, with a key or the person's."""
        key = key or self.identities.person
        return {
            "AWS_ACCESS_KEY_ID": key.id,
            "AWS_SECRET_ACCESS_KEY": key.secret,
            "AWS_SESSION_TOKEN": "rehearsal",
            "NO_PROXY": LOOPBACK,
            "no_proxy": LOOPBACK,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def progress(self, event: dict[str, Any]) -> None:
        """One JSON line on stdout for whoever started this server; nobody reading is no error."""
        line = json.dumps(event, default=str)
        with self._output_lock, contextlib.suppress(BrokenPipeError, ValueError):
            print(line, flush=True)


@dataclass(frozen=True)
class Session:
    """Somebody who acts by a role in a region: clients and variables with a key of theirs."""

    host: Host
    principal: Principal
    key: Key
    region: str

    def client(self, service: str) -> Any:
        """A boto3 client that the role's policies bind."""
        return self.host.client(service, self.region, self.key)

    def environment(self) -> dict[str, str]:
        """The variables by which a child reaches this server instead of AWS."""
        region = {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        return {**self.host.environment(self.key), **region}

    def require(self, *need: Any) -> None:
        """Asks for what has no call of its own here, by the members of a Need. @raises AccessDenied"""
        self.host.authority.require(self.principal, Need(*need), self.region)
