"""Puts the rehearsal's own parts into moto's places and starts the server."""

from __future__ import annotations

import threading

import moto.cloudformation.urls as cloudformation_urls
import moto.sagemaker.urls as sagemaker_urls
import moto.sagemakerruntime.urls as runtime_urls

from aws import replacements, rules, topics
from aws.alarms import Alarms
from aws.cloudformation.api import CloudFormationApi
from aws.functions import Functions
from aws.host import Host
from aws.sagemaker.api import SageMakerApi
from aws.sagemaker.runtime_api import SageMakerRuntimeApi
from aws.server import Server


def start(host: Host) -> None:
    """Lets an in-memory AWS listen."""
    functions = Functions(host)
    functions.install()
    host.invoke = functions.invoke_by_arn
    replacements.install(host)
    topics.install(host)
    rules.install(host)
    Alarms(host).install()
    CloudFormationApi.host = host
    cloudformation_urls.url_paths["{0}/$"] = CloudFormationApi.dispatch
    SageMakerApi.host = SageMakerRuntimeApi.host = host
    sagemaker_urls.url_paths["{0}/$"] = SageMakerApi.dispatch
    runtime_urls.url_paths["{0}/endpoints/(?P<name>[^/]+)/invocations$"] = SageMakerRuntimeApi.dispatch
    runtime_urls.url_paths["{0}/endpoints/(?P<name>[^/]+)/async-invocations$"] = SageMakerRuntimeApi.dispatch
    listening = Server(host)
    host.port = listening.server_port
    host.url = f"http://localhost:{listening.server_port}"
    threading.Thread(target=listening.serve_forever, daemon=True, name="server").start()
