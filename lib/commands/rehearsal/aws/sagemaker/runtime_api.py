"""SageMaker's runtime API: predictions of the endpoints that serve here."""

from __future__ import annotations

import json
import uuid
from typing import Any

import requests
from moto.core.responses import ActionResult, BaseResponse

from aws.host import Host
from aws.identities import ACCOUNT
from aws.sagemaker import async_invocations
from aws.sagemaker.endpoints import LOG_GROUPS, Endpoint, Server
from aws.sagemaker.store import store
from aws.sagemaker.validation import SageMakerError

#: How long a container may take to answer, in seconds.
_TIMEOUT = 60
_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"
#: The headers that a container gets, by the parameters of the API.
_HEADERS = {"ContentType": "Content-Type", "Accept": "Accept", "CustomAttributes": _ATTRIBUTES}
_UNKNOWN_ASYNC = ("Filename", "S3OutputPathExtension", "RequestTTLSeconds", "InvocationTimeoutSeconds")


class SageMakerRuntimeApi(BaseResponse):
    """InvokeEndpoint and InvokeEndpointAsync."""

    use_raw_body = True
    host: Host

    def __init__(self) -> None:
        super().__init__(service_name="sagemaker-runtime")
        self.automated_parameter_parsing = True

    def invoke_endpoint(self) -> Any:
        endpoint, server = self._serving()
        if endpoint.asynchronous:
            raise _refused(
                f"Endpoint {endpoint.name} is asynchronous: InvokeEndpoint is not supported, use InvokeEndpointAsync."
            )
        if len(self.body or b"") > server.payload_limit:
            # Refused before it reaches the service: an answer without the name of an error.
            body = json.dumps({"message": f"HTTP content length exceeded {server.payload_limit} bytes."})
            return 413, {"Content-Type": "application/json", "status": "413"}, body
        endpoint.invoked(server)
        sent = self._headers()
        try:
            answer = requests.post(
                f"{server.url}/invocations", data=self.body, headers=sent, timeout=_TIMEOUT
            )
        except requests.Timeout:
            text = "Your invocation timed out while waiting for a response from container primary."
            raise self._model_error(endpoint, 0, text, "") from None
        except requests.RequestException as error:
            text = f'Received server error (500) from primary with message "{error}".'
            raise self._model_error(endpoint, 500, text, str(error)) from None
        if answer.status_code >= 400:
            side = "client" if answer.status_code < 500 else "server"
            text = f'Received {side} error ({answer.status_code}) from primary with message "{answer.text}".'
            raise self._model_error(endpoint, answer.status_code, text, answer.text)
        bodies = {
            "Input": (sent["Content-Type"], self.body or b""),
            "Output": (answer.headers.get("Content-Type", ""), answer.content),
        }
        endpoint.answered(server, bodies)
        headers = {
            "Content-Type": answer.headers.get("Content-Type", "application/octet-stream"),
            "x-Amzn-Invoked-Production-Variant": server.variant["VariantName"],
        }
        if _ATTRIBUTES in answer.headers:
            headers[_ATTRIBUTES] = answer.headers[_ATTRIBUTES]
        return 200, headers, answer.content

    def invoke_endpoint_async(self) -> ActionResult:
        endpoint, server = self._serving()
        if not endpoint.asynchronous:
            raise _refused(f"Endpoint {endpoint.name} of account {ACCOUNT} is not asynchronous.")
        for option in _UNKNOWN_ASYNC:
            if self._get_param(option):
                raise NotImplementedError(f"{option} of InvokeEndpointAsync")
        locations = async_invocations.begin(
            self.host,
            endpoint.role(server.variant),
            server.url,
            endpoint.asynchronous["OutputConfig"],
            self._get_param("InputLocation"),
            self._headers(),
        )
        identifier = self._get_param("InferenceId") or str(uuid.uuid4())
        return ActionResult({"InferenceId": identifier, **locations})

    def _serving(self) -> tuple[Endpoint, Server]:
        """Where the request goes."""
        name, variant = self._get_param("EndpointName"), self._get_param("TargetVariant")
        item = store(self.region).items["endpoint"].get(name)
        if item is None:
            raise _refused(f"Endpoint {name} of account {ACCOUNT} not found.")
        server = item.work.server(variant)
        if server is None:
            raise _refused(
                f"Variant {variant} not found for Request"
                if variant
                else f"Endpoint {name} is not in service"
            )
        return item.work, server

    def _headers(self) -> dict[str, str]:
        given = {header: self._get_param(name) for name, header in _HEADERS.items()}
        sent = {header: value for header, value in given.items() if value}
        return {"Content-Type": "application/octet-stream", **sent}

    def _model_error(self, endpoint: Endpoint, status: int, message: str, original: str) -> SageMakerError:
        group = f"{LOG_GROUPS}{endpoint.name}"
        console = f"https://{self.region}.console.aws.amazon.com/cloudwatch/home?region={self.region}#logEventViewer:group={group}"
        error = SageMakerError(
            "ModelError", f"{message} See {console} in account {ACCOUNT} for more information."
        )
        error.original_status_code, error.original_message = status, original
        error.log_stream_arn = f"arn:aws:logs:{self.region}:{ACCOUNT}:log-group:{group}"
        return error


def _refused(message: str) -> SageMakerError:
    return SageMakerError("ValidationError", message)
