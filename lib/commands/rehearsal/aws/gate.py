"""Who is let in: clients of this machine that hold a key of this run, and no web page.

A browser sends `Origin` with what a page asks of another site, and the name under which it found this server as `Host`;
the SDKs send no `Origin`, and localhost, or a bucket's name before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

_SIGNED = re.compile(r"(?:Credential=|Bearer )([^,\s]+)")


def refused(environ: Mapping[str, Any], port: int) -> str | None:
    """Why a request comes from nobody that this server is for, if so."""
    if "HTTP_ORIGIN" in environ:
        return "a request with an Origin comes from a web page: the rehearsal answers none"
    host = environ.get("HTTP_HOST", "")
    if not re.fullmatch(rf"(?:127\.0\.0\.1|(?:[a-z0-9][a-z0-9.-]*\.)?localhost):{port}", host):
        return f"the rehearsal is localhost:{port}, not {host[:255]!r}"
    return None


class Scope(NamedTuple):
    """What a request is signed for; "" for what it does not say."""

    key_id: str
    date: str = ""
    region: str = ""
    #: The signing name.
    service: str = ""
    version: str = ""


def scope(environ: Mapping[str, Any]) -> Scope:
    """How a request is signed, by its header or by its address."""
    signed = _SIGNED.search(environ.get("HTTP_AUTHORIZATION", ""))
    query = parse_qs(environ.get("QUERY_STRING", ""))
    named = query.get("X-Amz-Credential") or query.get("AWSAccessKeyId") or [""]
    return Scope(*(signed[1] if signed else named[0]).split("/")[:5])
