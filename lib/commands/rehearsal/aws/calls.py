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
warnings.filterwarnings("ignore", "Exception.Denied. with code")

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


class Denied(ServiceException):
    """What no policy allows, and what has no key."""

    def __init__(self, service: str, message: str):
        # As each service calls it.
        json = "json" in get_service_model(service).protocol
        code = "AccessDeniedException" if json else "AccessDenied"
        super().__init__(
            {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError"}.get(service, code), message
        )


class Throttled(ServiceException):
    """What came too soon after too much else."""

    def __init__(self, service: str):
        json = "json" in get_service_model(service).protocol
        code = "ThrottlingException" if json else "Throttling"
        super().__init__(
            {"ec2": "RequestLimitExceeded", "s3": "SlowDown"}.get(service, code), "Rate exceeded"
        )


class UnknownCall(Exception):
    """A request that is no operation of its service."""


def service_of(environ: dict[str, Any]) -> str:
    """The service that a request is for; S3 where nothing says it, as moto takes it."""
    signing_name = gate.service(environ)
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
            "values": request.values if not streaming else request.args,
            "headers": request.headers,
            "body": b"" if streaming else request.get_data(),
            "url_path": request.path,
            "url_params": path_parameters,
        }
    )
    _rewind(environ)
    return Call(service, operation.name, parameters, gate.region(environ) or "us-east-1")


def refuse(environ: dict[str, Any], start_response: Callable[..., Any], message: str) -> Iterable[bytes]:
    """Denies access, as the called service tells it."""
    return _answer(environ, start_response, Denied(service_of(environ), message), "403 Forbidden")


def throttle(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Has no time for a call, as the called service tells it."""
    service = service_of(environ)
    return _answer(
        environ, start_response, Throttled(service), "503 Slow Down" if service == "s3" else "400 Bad Request"
    )


def _answer(
    environ: dict[str, Any], start_response: Callable[..., Any], error: ServiceException, status: str
) -> Iterable[bytes]:
    response = BaseResponse(service_of(environ))
    # Nothing of the body counts any more, which may be an object's bytes; but a client listens only when all is read.
    stream = Request(environ).stream
    while stream.read(65536):
        pass
    response.setup_class(Request({**environ, "wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"}))
    _, headers, body = response.serialized(ActionResult(error))
    body = body.encode() if isinstance(body, str) else body
    kept = [(name, str(value)) for name, value in headers.items() if name.lower() != "content-length"]
    plain_json = get_service_model(response.boto3_service_name).protocol == "json"
    start_response("400 Bad Request" if plain_json else status, [*kept, ("Content-Length", str(len(body)))])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _keep_body(environ: dict[str, Any]) -> None:
    """Makes the body readable twice."""
    if isinstance(environ["wsgi.input"], io.BytesIO):
        environ["wsgi.input"].seek(0)
        return
    body = Request(environ).get_data(parse_form_data=False)
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def _rewind(environ: dict[str, Any]) -> None:
    if isinstance(environ["wsgi.input"], io.BytesIO):
        environ["wsgi.input"].seek(0)
