"""What a bucket's policy says is decided before a request reaches moto: see authorization/.

Replaces in moto: `FakeBucket.get_permission`, which enforces a bucket's policy but reads no conditions, so that
"deny what is not TLS" would deny everything.
"""

from __future__ import annotations

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket


def install() -> None:
    """Leaves bucket policies to the evaluator."""

    def neutral(bucket: FakeBucket, *_: Any, **__: Any) -> PermissionResult:
        return PermissionResult.NEUTRAL

    FakeBucket.get_permission = neutral
