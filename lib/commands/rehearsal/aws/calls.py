"""A request as a call of an API: service, operation and parameters by botocore's model, and a refusal in that API's form."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from botocore.loaders import create_loader
from moto.core.exceptions import ServiceException
from moto.core.request import Request, determine_request_protocol
from moto.core.responses import PROTOCOL_PARSERS, ActionResult, BaseResponse
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from aws import gate

# moto warns that the models name no such error: they name none of those that every service has.
warnings.filterwarnings("ignore", "Exception.Refusal. with code")

#: What services call what no policy allows and what has no key, and what came too soon after too much else.
_DENIED = {
    "ec2": "UnauthorizedOperation",
    "sns": "AuthorizationError",
    "json": "AccessDeniedException",
    "xml": "AccessDenied",
}
_THROTTLED = {
    "ec2": "RequestLimitExceeded",
    "s3": "SlowDown",
    "json": "ThrottlingException",
    "xml": "Throttling",
}
#: Signing names under which botocore knows another service.
_SERVICES = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi", "api.ecr": "ecr"}
_KNOWN = {*create_loader().list_available_services("service-2"), *_SERVICES}
#: Operations whose body is an object or a payload: no parameter of theirs is read there.
_STREAMING = frozenset({"PutObject", "UploadPart", "InvokeEndpoint"})
#: The services of these operations; which one is meant stands in the request's path.
_BY_PATH = frozenset({"s3", "sagemaker-runtime"})


@dataclass(frozen=True)
class Call:
    """One call of an API."""

    #: botocore's name of the service, such as cloudwatch.
    service: str
    #: The operation, such as PutMetricAlarm.
    operation: str
    parameters: dict[str, Any]
    region: str


class Refusal(ServiceException):
    """An error of no service in particular: of one that moto has itself it asks whose it is."""


class UnknownCall(Exception):
    """A request that is no operation of its service."""


def service_of(environ: dict[str, Any]) -> str:
    """The service that a request is for; S3 where nothing says it, as moto takes it."""
    signing_name = gate.scope(environ).service
    if signing_name not in _KNOWN:
        return "s3"
    if signing_name == "sagemaker" and environ.get("PATH_INFO", "").endswith("invocations"):
        return "sagemaker-runtime"
    return _SERVICES.get(signing_name, signing_name)


def call_of(environ: dict[str, Any]) -> Call:
    """Reads a request, and leaves it to be read again."""
    service = service_of(environ)
    model = get_service_model(service)
    if service not in _BY_PATH:
        _keep_body(environ)
    try:
        request = Request(environ)
        operation, path_parameters = get_service_router(service).match(request)
    except NotFound:
        raise UnknownCall(f"{request.method} {request.path} of {service}") from None
    streaming = operation.name in _STREAMING
    if not streaming:
        _keep_body(environ)
        request = Request(environ)
    parser = PROTOCOL_PARSERS[determine_request_protocol(model, request.content_type)](operation)
    parameters = parser.parse(
        {
            "method": request.method,
            "values": request.args if streaming else request.values,
            "headers": request.headers,
            "body": b"" if streaming else request.get_data(),
            "url_path": request.path,
            "url_params": path_parameters,
        }
    )
    if not streaming:
        _keep_body(environ)
    return Call(service, operation.name, parameters, gate.scope(environ).region or "us-east-1")


def refuse(environ: dict[str, Any], start_response: Callable[..., Any], message: str) -> Iterable[bytes]:
    """Denies access, as the called service tells it."""
    return _answer(environ, start_response, _DENIED, message, "403 Forbidden")


def throttle(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Has no time for a call, as the called service tells it."""
    status = "503 Slow Down" if service_of(environ) == "s3" else "400 Bad Request"
    return _answer(environ, start_response, _THROTTLED, "Rate exceeded", status)


def _answer(
    environ: dict[str, Any],
    start_response: Callable[..., Any],
    codes: dict[str, str],
    message: str,
    status: str,
) -> Iterable[bytes]:
    service = service_of(environ)
    protocol = get_service_model(service).protocol
    # Nothing of the body counts any more, which may be an object's bytes; but a client listens only when all is read.
    stream = Request(environ).stream
    while stream.read(65536):
        pass
    response = BaseResponse(service)
    response.setup_class(Request({**environ, "wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"}))
    code = codes.get(service) or codes["json" if "json" in protocol else "xml"]
    _, headers, body = response.serialized(ActionResult(Refusal(code, message)))
    body = body.encode() if isinstance(body, str) else body
    kept = [(name, str(value)) for name, value in headers.items() if name.lower() != "content-length"]
    start_response(
        "400 Bad Request" if protocol == "json" else status, [*kept, ("Content-Length", str(len(body)))]
    )
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _keep_body(environ: dict[str, Any]) -> None:
    """Makes the body readable twice."""
    if not isinstance(environ["wsgi.input"], io.BytesIO):
        body = Request(environ).get_data(parse_form_data=False)
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["wsgi.input"].seek(0)
