"""Who is let in: clients of this machine that hold a key of this run, and no web page.

A browser sends `Origin` with what a page asks of another site, and the name under which it found this server as `Host`;
the SDKs send no `Origin`, and localhost, or a bucket's name before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

_SIGNED = re.compile(r"(?:Credential=|Bearer )([A-Z0-9]+)")


def refused(environ: Mapping[str, Any], port: int) -> str | None:
    """Why a request comes from nobody that this server is for, if so."""
    if "HTTP_ORIGIN" in environ:
        return "a request with an Origin comes from a web page: the rehearsal answers none"
    host = environ.get("HTTP_HOST", "")
    if not re.fullmatch(rf"(?:127\.0\.0\.1|(?:[a-z0-9][a-z0-9.-]*\.)?localhost):{port}", host):
        return f"the rehearsal is localhost:{port}, not {host[:255]!r}"
    return None


def key_id(environ: Mapping[str, Any]) -> str | None:
    """The access key that signed a request, by its header or by its address."""
    signed = _SIGNED.search(environ.get("HTTP_AUTHORIZATION", ""))
    if signed:
        return signed[1]
    query = parse_qs(environ.get("QUERY_STRING", ""))
    named = query.get("X-Amz-Credential") or query.get("AWSAccessKeyId") or [""]
    return named[0].split("/")[0] or None


def service(environ: Mapping[str, Any]) -> str | None:
    """The signing name of the service that a request is for."""
    parts = _scope(environ)
    return parts[3] if len(parts) == 5 else None


def region(environ: Mapping[str, Any]) -> str | None:
    """The region that a request is for."""
    parts = _scope(environ)
    return parts[2] if len(parts) == 5 else None


def _scope(environ: Mapping[str, Any]) -> list[str]:
    """Key, date, region, service and "aws4_request"."""
    signed = re.search(r"Credential=([^,\s]+)", environ.get("HTTP_AUTHORIZATION", ""))
    query = parse_qs(environ.get("QUERY_STRING", ""))
    return (signed[1] if signed else (query.get("X-Amz-Credential") or [""])[0]).split("/")
