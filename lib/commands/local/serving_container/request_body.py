"""What the container's nginx makes of a request body before TensorFlow Serving sees it.

The rules are those of the container's tensorflowServing.js, kept with their
edges, so that a body that works here works there. They look at text, not at parsed JSON.
"""

import re

_JSON_TYPES = ("application/json", "application/jsonlines", "application/jsons")

_TFS_KEY = re.compile(rb'"(instances|inputs|examples)"\s*:')
_ADJACENT_VALUES = re.compile(rb"[}\]]\s*[\[{]")
_NESTED_LIST = re.compile(rb"\s*\[\s*\[")
_LINE_END = re.compile(rb"\r?\n")
_QUOTED_OR_NUMERIC = re.compile(rb'\s*("|[\d.Ee+\-]+.*)')


class UnsupportedMediaTypeError(Exception):
    """A content type that the container does not take (HTTP 415)."""


def media_type(content_type: str | None) -> str | None:
    """A content type as the 2.20 image compares it: lower-case, without parameters."""
    return content_type and content_type.split(";")[0].strip().lower()


def to_tfs_json(content_type: str | None, body: bytes) -> bytes:
    """The JSON document for TensorFlow Serving's predict call.

    Raises UnsupportedMediaTypeError with the message that the container answers.
    """
    if content_type in _JSON_TYPES:
        return _from_json(body)
    if content_type == "text/csv":
        return _from_csv(body)
    raise UnsupportedMediaTypeError(f"Unsupported Media Type: {content_type or 'Unknown'}")


def _from_json(body: bytes) -> bytes:
    if _TFS_KEY.search(body):
        return body
    if _ADJACENT_VALUES.search(body):
        return _from_json_lines(body)
    instances = body if _NESTED_LIST.match(body) else b"[" + body + b"]"
    return b'{"instances":' + instances + b"}"


def _from_json_lines(body: bytes) -> bytes:
    lines = _lines(body)
    if len(lines) == 1:
        return b'{"instances":' + lines[0] + b"}"
    return b'{"instances":[' + b",".join(line for line in lines if line) + b"]}"


def _from_csv(body: bytes) -> bytes:
    needs_quotes = not _QUOTED_OR_NUMERIC.match(body)
    rows = b",".join(_csv_row(line, needs_quotes) for line in _lines(body) if line)
    return b'{"instances":[' + rows + b"]}"


def _csv_row(line: bytes, needs_quotes: bool) -> bytes:
    row = line
    if needs_quotes:
        # Only the first quote and comma, as in the container: unquoted text works up to two columns.
        row = b'"' + line.replace(b'"', b'\\"', 1).replace(b",", b'","', 1) + b'"'
    return b"[" + row + b"]" if b"," in line else row


def _lines(body: bytes) -> list[bytes]:
    return [line.strip() for line in _LINE_END.split(body.strip())]
