"""The part of the AWS CLI that removal commands use, from botocore's models: an option that no API has fails.

aws_cli.py SERVICE OPERATION --option VALUE... [--query JMESPATH] [--output text] [--max-items N] [--region R]
aws_cli.py < COMMANDS, each `aws` and such words
"""

import json
import shlex
import sys

import boto3
import jmespath
from botocore import xform_name

#: The CLI's names of services that botocore calls otherwise.
SERVICES = {"s3api": "s3"}
#: Options of the CLI itself.
OWN = {"--region", "--query", "--output", "--max-items"}


def options(words: list[str]) -> dict[str, list[str]]:
    """The values of each option."""
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            assert word not in found, f"{word} twice"
            values = found[word] = []
        else:
            values.append(word)
    return found


def value(shape, words: list[str]):
    """What the words mean for a member of the request."""
    if shape.type_name == "list":
        return words
    (word,) = words
    if shape.type_name == "structure":
        if word.startswith("{"):
            return json.loads(word)
        key, _, text = word.partition("=")
        return {key: value(shape.members[key], [text])}
    return int(word) if shape.type_name in ("integer", "long") else word


def main(service: str, *rest: str) -> None:
    """One command."""
    words = list(rest)
    waiter = words.pop(1) if words[0] == "wait" else None
    given = options(words[1:])
    client = boto3.client(SERVICES.get(service, service), region_name=given.get("--region", ["us-east-1"])[0])
    operations = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    if waiter is not None:
        waiting = client.get_waiter(waiter.replace("-", "_"))
        name = waiting.config.operation
        waiting.config.delay = 1
    else:
        name = operations[words[0]]
    members = client.meta.service_model.operation_model(name).input_shape.members
    names = {f"--{xform_name(member, '-')}": member for member in members}
    request = {
        names[option]: value(members[names[option]], words)
        for option, words in given.items()
        if option not in OWN
    }
    if waiter is not None:
        waiting.wait(**request)
        return
    method = xform_name(name)
    if client.can_paginate(method):
        limit = int(given["--max-items"][0]) if "--max-items" in given else None
        pages = client.get_paginator(method).paginate(**request, PaginationConfig={"MaxItems": limit})
        answer = pages.build_full_result()
    else:
        answer = getattr(client, method)(**request)
    if "--query" in given:
        answer = jmespath.search(given["--query"][0], answer)
    if given.get("--output") == ["text"]:
        print("\t".join(answer or ["None"]))
    else:
        print(json.dumps(answer, default=str))


if __name__ == "__main__":
    for command in [sys.argv[1:]] if sys.argv[1:] else [shlex.split(line)[1:] for line in sys.stdin]:
        main(*command)
