"""What pulling an image asks of a role; the containers themselves are processes of this machine."""

from __future__ import annotations

import re

from aws.host import Session

_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[a-z0-9.]+/([^:@]+)")
_ACTIONS = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")


def pull(role: Session, image: str) -> None:
    """@raises AccessDenied where a role may not pull an image from its repository"""
    match = _IMAGE.match(image)
    if match is None:
        return
    role.require("ecr:GetAuthorizationToken", "*")
    for action in _ACTIONS:
        role.require(f"ecr:{action}", f"arn:aws:ecr:{match[2]}:{match[1]}:repository/{match[3]}")
