"""Objects of S3 as files of this machine, and back: by a client of who reads and writes them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError


@contextlib.contextmanager
def _absent() -> Iterator[None]:
    """What is not there is no error; what may not be seen is one."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey", "NoSuchBucket"):
            raise


def bucket_and_key(uri: str) -> tuple[str, str]:
    """The two parts of an s3:// URI."""
    parts = urlsplit(uri)
    return parts.netloc, parts.path.lstrip("/")


def keys_under(s3: Any, uri: str) -> list[str]:
    """The keys that begin with a URI's prefix; none for a bucket that does not exist."""
    bucket, prefix = bucket_and_key(uri)
    keys: list[str] = []
    with _absent():
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            keys += [item["Key"] for item in page.get("Contents", [])]
    return keys


def bucket_exists(s3: Any, uri: str) -> bool:
    """Whether a URI's bucket is there."""
    with _absent():
        s3.head_bucket(Bucket=bucket_and_key(uri)[0])
        return True
    return False


def exists(s3: Any, uri: str) -> bool:
    """Whether there is an object at a URI."""
    bucket, key = bucket_and_key(uri)
    with _absent():
        s3.head_object(Bucket=bucket, Key=key)
        return True
    return False


def download(s3: Any, uri: str, target: Path) -> bool:
    """One object into a file; False when there is no such object."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with _absent():
        s3.download_file(*bucket_and_key(uri), str(target))
        return True
    return False


def download_prefix(s3: Any, uri: str, folder: Path) -> None:
    """All objects below a prefix into a folder, by the part of their key after it."""
    bucket, prefix = bucket_and_key(uri)
    folder.mkdir(parents=True, exist_ok=True)
    for key in keys_under(s3, uri):
        relative = key.removeprefix(prefix).lstrip("/") or key.rsplit("/", 1)[-1]
        if key.endswith("/"):
            continue
        target = (folder / relative).resolve()
        if not target.is_relative_to(folder.resolve()):
            raise ValueError(f"the object {key} would be written outside of {folder}")
        download(s3, f"s3://{bucket}/{key}", target)


def upload(s3: Any, source: Path, uri: str) -> None:
    """One file into an object."""
    try:
        s3.upload_file(str(source), *bucket_and_key(uri))
    except S3UploadFailedError as error:
        # As what it was: AWS's own answer.
        raise error.__context__ or error from None


class Mirror:
    """Copies what changes in a folder below an S3 prefix, as SageMaker does with checkpoints."""

    def __init__(self, s3: Any, folder: Path, uri: str):
        self._s3, self._folder, self._uri = s3, folder, uri.rstrip("/")
        self._seen: dict[Path, tuple[int, int]] = {}

    def copy(self) -> None:
        """Uploads the files that are new or changed since the last time."""
        for path in sorted(self._folder.rglob("*")):
            with contextlib.suppress(FileNotFoundError):
                state = _state(path)
                if path.is_file() and self._seen.get(path) != state:
                    self._upload(path, state)

    def _upload(self, path: Path, state: tuple[int, int]) -> None:
        try:
            upload(self._s3, path, f"{self._uri}/{path.relative_to(self._folder).as_posix()}")
        except ClientError:
            # A file that is written meanwhile has not the length that was announced: the next time copies it.
            if _state(path) == state:
                raise
        else:
            self._seen[path] = state


def _state(path: Path) -> tuple[int, int]:
    """What changes with a file's contents."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size
