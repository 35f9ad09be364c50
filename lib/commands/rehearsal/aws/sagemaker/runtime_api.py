"""SageMaker's runtime API: predictions of the endpoints that serve here."""

from __future__ import annotations

import json
import uuid
from typing import Any

import requests
from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse

from aws.host import Host
from aws.identities import ACCOUNT
from aws.sagemaker import async_invocations
from aws.sagemaker.endpoints import LOG_GROUPS, Endpoints
from aws.sagemaker.store import Item, store

#: The largest request, in bytes: what the API's model states, and serverless endpoints' smaller one.
_LARGEST = 6291456
_LARGEST_SERVERLESS = 4194304
#: How long a container may take to answer, in seconds.
_TIMEOUT = 60
#: What the headers of the API begin with.
_HEADER = "X-Amzn-SageMaker-"
_ATTRIBUTES = f"{_HEADER}Custom-Attributes"
_UNKNOWN_ASYNC = ("Filename", "S3OutputPathExtension", "RequestTTLSeconds", "InvocationTimeoutSeconds")


class SageMakerRuntimeApi(BaseResponse):
    """InvokeEndpoint and InvokeEndpointAsync."""

    use_raw_body = True
    host: Host
    endpoints: Endpoints

    def __init__(self) -> None:
        super().__init__(service_name="sagemaker-runtime")

    def invoke_endpoint(self) -> Any:
        name = self.path.split("/")[2]
        item = store(self.region).items["endpoint"].get(name)
        if item is None:
            return self._error(400, "ValidationError", f"Endpoint {name} of account {ACCOUNT} not found.")
        try:
            server = self.endpoints.server(item, self.headers.get("X-Amzn-SageMaker-Target-Variant"))
        except ServiceException as error:
            return self._error(400, "ValidationError", error.message)
        if "AsyncInferenceConfig" in item.state:
            message = (
                f"Endpoint {name} is asynchronous: InvokeEndpoint is not supported, use InvokeEndpointAsync."
            )
            return self._error(400, "ValidationError", message)
        largest = _LARGEST_SERVERLESS if "ServerlessConfig" in server.variant else _LARGEST
        if len(self.body or b"") > largest:
            # Refused before it reaches the service: an answer without the name of an error.
            body = json.dumps({"message": f"HTTP content length exceeded {largest} bytes."})
            return 413, {"Content-Type": "application/json", "status": "413"}, body
        self.endpoints.invoked(self.region, item, server)
        sent = {
            key: self.headers[key] for key in ("Content-Type", "Accept", _ATTRIBUTES) if self.headers.get(key)
        }
        sent.setdefault("Content-Type", "application/octet-stream")
        try:
            answer = requests.post(
                f"{server.url}/invocations", data=self.body, headers=sent, timeout=_TIMEOUT
            )
        except requests.Timeout:
            return self._model_error(
                item, 0, "Your invocation timed out while waiting for a response from container primary.", ""
            )
        except requests.RequestException as error:
            return self._model_error(
                item, 500, f'Received server error (500) from primary with message "{error}".', str(error)
            )
        if answer.status_code >= 400:
            side = "client" if answer.status_code < 500 else "server"
            message = (
                f'Received {side} error ({answer.status_code}) from primary with message "{answer.text}".'
            )
            return self._model_error(item, answer.status_code, message, answer.text)
        bodies = {
            "Input": (sent["Content-Type"], self.body or b""),
            "Output": (answer.headers.get("Content-Type", ""), answer.content),
        }
        self.endpoints.answered(self.region, item, server, bodies)
        headers = {
            "Content-Type": answer.headers.get("Content-Type", "application/octet-stream"),
            "x-Amzn-Invoked-Production-Variant": server.variant["VariantName"],
        }
        if _ATTRIBUTES in answer.headers:
            headers[_ATTRIBUTES] = answer.headers[_ATTRIBUTES]
        return 200, headers, answer.content

    def invoke_endpoint_async(self) -> Any:
        name = self.path.split("/")[2]
        item = store(self.region).items["endpoint"].get(name)
        if item is None or "AsyncInferenceConfig" not in item.state:
            reason = "not found" if item is None else "is not asynchronous"
            return self._error(400, "ValidationError", f"Endpoint {name} of account {ACCOUNT} {reason}.")
        for option in _UNKNOWN_ASYNC:
            if self.headers.get(f"{_HEADER}{option}"):
                raise NotImplementedError(f"{option} of InvokeEndpointAsync")
        try:
            server = self.endpoints.server(item, None)
        except ServiceException as error:
            return self._error(400, "ValidationError", error.message)
        sent = {
            to: self.headers[f"{_HEADER}{to}"]
            for to in ("Content-Type", "Accept")
            if self.headers.get(f"{_HEADER}{to}")
        }
        if self.headers.get(_ATTRIBUTES):
            sent[_ATTRIBUTES] = self.headers[_ATTRIBUTES]
        sent.setdefault("Content-Type", "application/octet-stream")
        invocation = async_invocations.begin(
            self.host,
            self.endpoints.role(self.region, server.variant),
            server,
            item.state["AsyncInferenceConfig"],
            self.headers[f"{_HEADER}InputLocation"],
            sent,
        )
        headers = {
            "Content-Type": "application/json",
            "status": "202",
            f"{_HEADER}OutputLocation": invocation.output_location,
            **(
                {f"{_HEADER}FailureLocation": invocation.failure_location}
                if invocation.failure_location
                else {}
            ),
        }
        identifier = self.headers.get(f"{_HEADER}Inference-Id") or str(uuid.uuid4())
        return 202, headers, json.dumps({"InferenceId": identifier})

    def _model_error(self, item: Item, status: int, message: str, original: str) -> Any:
        group = f"{LOG_GROUPS}{item.name}"
        console = f"https://{self.region}.console.aws.amazon.com/cloudwatch/home?region={self.region}#logEventViewer:group={group}"
        body = {
            "Message": f"{message} See {console} in account {ACCOUNT} for more information.",
            "OriginalStatusCode": status,
            "OriginalMessage": original,
            "LogStreamArn": f"arn:aws:logs:{self.region}:{ACCOUNT}:log-group:{group}",
        }
        return self._answer(424, "ModelError", body)

    def _error(self, status: int, code: str, message: str) -> Any:
        return self._answer(status, code, {"Message": message})

    def _answer(self, status: int, code: str, body: dict[str, Any]) -> Any:
        headers = {"x-amzn-errortype": code, "Content-Type": "application/json", "status": str(status)}
        return status, headers, json.dumps(body)
