"""What a handler may answer with."""

from typing import Any


class Response:
    """A body with its type and status; Flask's, as far as the server asks."""

    def __init__(
        self,
        response: str | bytes = b"",
        accept: str | None = None,  # noqa: ARG002 ignored there too
        status: int = 200,
        headers: Any = None,  # noqa: ARG002 SageMaker passes none on
        mimetype: str | None = None,
    ) -> None:
        self._body = response
        self.status_code = int(status)
        kind = mimetype or "application/json"
        self.content_type = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind

    def get_data(self) -> bytes:
        """The body."""
        return self._body.encode() if isinstance(self._body, str) else self._body
