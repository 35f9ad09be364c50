"""Errors as TensorFlow Serving's REST API reports them: an HTTP status, and a message."""

# tensorflow/serving model_servers/http_server.cc, by TensorFlow's classes; what is not listed here is 500.
HTTP_STATUS = {
    "CancelledError": 499,
    "InvalidArgumentError": 400,
    "DeadlineExceededError": 504,
    "NotFoundError": 404,
    "AlreadyExistsError": 409,
    "PermissionDeniedError": 403,
    "UnauthenticatedError": 401,
    "ResourceExhaustedError": 429,
    "FailedPreconditionError": 400,
    "AbortedError": 409,
    "OutOfRangeError": 400,
    "UnimplementedError": 501,
    "UnavailableError": 503,
}


class StatusError(Exception):
    """A request that TensorFlow Serving would refuse."""

    def __init__(self, http_status: int, message: str) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.message = message


def invalid_argument(*parts: object) -> StatusError:
    """The error of a wrong request, whose message is the parts joined."""
    return StatusError(400, "".join(map(str, parts)))
