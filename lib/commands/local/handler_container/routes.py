"""The routes that SageMaker asks of a container."""

from collections.abc import Callable
from urllib.parse import urlsplit

from serving_container.http_server import Answer, error_answer


def routed(method: str, target: str, ping: Answer, invocation: Callable[[], Answer]) -> Answer:
    """The answer to a request: of /ping, of what is posted to /invocations, or that there is nothing else."""
    path = urlsplit(target).path
    if path == "/ping":
        return ping
    if path != "/invocations":
        return error_answer(404, "Not Found")
    if method != "POST":
        return error_answer(405, "Method Not Allowed")
    return invocation()
