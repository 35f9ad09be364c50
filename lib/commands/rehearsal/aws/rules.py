"""EventBridge: events reach the functions and the topics that rules name.

Replaces in moto: `Rule.send_to_targets`, which knows no Lambda and no SNS target.
"""

from __future__ import annotations

import datetime
import json
import logging
import re
import uuid
from collections.abc import Callable
from typing import Any

from moto.events.models import Rule, events_backends

from aws import topics
from aws.host import ACCOUNT

log = logging.getLogger(__name__)

_PLACEHOLDER = re.compile(r"<([^<>\s]+)>")


def install(invoke: Callable[[str, Any], None]) -> None:
    """Lets rules invoke functions by `invoke(arn, event)` and publish to topics; other targets stay with moto."""
    original = Rule.send_to_targets

    def send(rule: Rule, original_event: dict[str, Any], transform_input: bool = True) -> None:
        if rule.state != "ENABLED" or not rule.event_pattern.matches_event(original_event):
            return
        targets = rule.targets
        event = _shown(original_event)
        others = []
        for target in targets:
            if ":lambda:" in target["Arn"]:
                invoke(target["Arn"], target_input(target, event, rule))
            elif ":sns:" in target["Arn"]:
                # A text arrives as JSON too, within its quotation marks.
                topics.publish(target["Arn"], json.dumps(target_input(target, event, rule)))
            else:
                others.append(target)
        if others:
            rule.targets = others
            try:
                original(rule, original_event, transform_input)
            finally:
                rule.targets = targets

    Rule.send_to_targets = send


def publish(region: str, source: str, detail_type: str, resources: list[str], detail: dict[str, Any]) -> None:
    """Puts a service's own event on the default bus."""
    moment = datetime.datetime.now(datetime.timezone.utc).timestamp()
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": moment,
        # A field of moto's own, which its targets read.
        "ingestion-time": moment,
        "region": region,
        "resources": resources,
        "detail": detail,
    }
    for rule in list(events_backends[ACCOUNT][region].event_buses["default"].rules.values()):
        try:
            rule.send_to_targets(event)
        except Exception:  # noqa: BLE001 a target that cannot be reached is not the publisher's fault
            log.exception("event of %s to rule %s", source, rule.name)


def _shown(event: dict[str, Any]) -> dict[str, Any]:
    """The event as targets see it: its time as text, moto's own fields gone."""
    moment = event["time"]
    if isinstance(moment, (int, float)):
        moment = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**{key: value for key, value in event.items() if key != "ingestion-time"}, "time": moment}


def target_input(target: dict[str, Any], event: dict[str, Any], rule: Any) -> Any:
    """What a target gets: a constant, a part of the event, a transformed or the whole event."""
    if "Input" in target:
        return json.loads(target["Input"])
    if "InputPath" in target:
        return at(event, target["InputPath"])
    if "InputTransformer" in target:
        return transformed(target["InputTransformer"], event, rule)
    return event


def transformed(transformer: dict[str, Any], event: dict[str, Any], rule: Any) -> Any:
    """An input template with its placeholders filled: bare ones as JSON, those within a string as text."""
    values = {name: at(event, path) for name, path in transformer.get("InputPathsMap", {}).items()}
    values |= {
        "aws.events.event": event,
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": event["time"],
        "aws.events.rule-arn": rule.arn,
        "aws.events.rule-name": rule.name,
    }
    template = transformer["InputTemplate"]
    parts, inside, position = [], False, 0
    for match in _PLACEHOLDER.finditer(template):
        text = template[position : match.start()]
        inside ^= len(re.findall(r'(?<!\\)"', text)) % 2 == 1
        parts.append(text)
        position = match.end()
        if match[1] not in values:
            parts.append(match[0])
            continue
        value = values[match[1]]
        if not inside:
            parts.append(json.dumps(value))
        elif isinstance(value, str):
            parts.append(json.dumps(value)[1:-1])
        else:
            # Within a string EventBridge writes an object without escaping its quotation marks.
            parts.append("" if value is None else json.dumps(value).replace('"', ""))
    parts.append(template[position:])
    filled = "".join(parts)
    try:
        return json.loads(filled)
    except ValueError:
        return filled


def at(event: Any, path: str) -> Any:
    """The value at a JSON path of names, `$.detail.TrainingJobName`; None where there is none."""
    value = event
    for name in path.removeprefix("$").strip(".").split("."):
        if name == "":
            continue
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value
