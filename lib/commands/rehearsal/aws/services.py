"""Puts the rehearsal's own parts into moto's places and starts the server."""

from __future__ import annotations

import threading
from pathlib import Path

import moto.cloudformation.urls as cloudformation_urls
import moto.sagemaker.urls as sagemaker_urls
import moto.sagemakerruntime.urls as runtime_urls

from aws import interfaces, permissions, rules, server, sessions, tagging, topics
from aws.alarms import Alarms
from aws.clock import AlarmClock
from aws.cloudformation.api import CloudFormationApi
from aws.functions import Functions
from aws.host import Host
from aws.sagemaker.api import SageMakerApi
from aws.sagemaker.runtime_api import SageMakerRuntimeApi


def start(state_dir: Path, project: Path, port: int, alarm_seconds_per_minute: float) -> Host:
    """An in-memory AWS that listens."""
    host = Host(state_dir, project)
    host.alarm_clock = AlarmClock(alarm_seconds_per_minute)
    functions = Functions(host)
    functions.install()
    host.invoke = functions.invoke_by_arn
    permissions.install()
    sessions.install(host)
    tagging.install()
    interfaces.install()
    topics.install(host)
    rules.install(host)
    Alarms(host).install()
    CloudFormationApi.host = host
    cloudformation_urls.url_paths["{0}/$"] = CloudFormationApi.dispatch
    SageMakerApi.host = SageMakerRuntimeApi.host = host
    sagemaker_urls.url_paths["{0}/$"] = SageMakerApi.dispatch
    runtime_urls.url_paths["{0}/endpoints/(?P<name>[^/]+)/invocations$"] = SageMakerRuntimeApi.dispatch
    runtime_urls.url_paths["{0}/endpoints/(?P<name>[^/]+)/async-invocations$"] = SageMakerRuntimeApi.dispatch
    listening = server.listen(host, port)
    host.port = listening.server_port
    host.url = f"http://localhost:{listening.server_port}"
    threading.Thread(target=listening.serve_forever, daemon=True, name="server").start()
    return host
