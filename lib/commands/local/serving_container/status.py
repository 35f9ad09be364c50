"""Errors as TensorFlow Serving reports them: a canonical code, which decides the HTTP status; a message."""

# tensorflow/serving model_servers/http_server.cc; codes that are not listed here are 500.
_HTTP_STATUS = {
    "CANCELLED": 499,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "UNAUTHENTICATED": 401,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
}


class StatusError(Exception):
    """A request that TensorFlow Serving would refuse, with its canonical code, such as INVALID_ARGUMENT."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def http_status(self) -> int:
        """The HTTP status that TensorFlow Serving's REST API answers for the code."""
        return _HTTP_STATUS.get(self.code, 500)


def invalid_argument(*parts: object) -> StatusError:
    """An INVALID_ARGUMENT error (HTTP 400) whose message is the parts joined."""
    return StatusError("INVALID_ARGUMENT", "".join(str(part) for part in parts))
