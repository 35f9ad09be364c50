"""EventBridge: events reach the functions and the topics that rules name, and so do the moments of their schedules.

Replaces in moto: `Rule.send_to_targets`, which knows no Lambda and no SNS target.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import json
import logging
import re
import threading
import time
import uuid
from typing import Any

from moto.events.models import Rule, events_backends

from aws import topics
from aws.authorization.actions import Need, topic_key_needs
from aws.authorization.authority import AccessDenied
from aws.host import ACCOUNT, Host

log = logging.getLogger(__name__)

_PLACEHOLDER = re.compile(r"<([^<>\s]+)>")
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


def interval(expression: str) -> datetime.timedelta | None:
    """The time between two moments of a schedule; None for a schedule of another kind than a rate."""
    match = _RATE.fullmatch(expression)
    return datetime.timedelta(**{f"{match[2]}s": int(match[1])}) if match else None


def install(host: Host) -> None:
    """Lets rules invoke functions and publish to topics whose policies let them, and begins to keep their schedules; other
    targets stay with moto.
    """
    original = Rule.send_to_targets

    def allowed(action: str, resource: str, rule: Rule) -> bool:
        # A denial is told; the event is lost, as on AWS after its retries.
        with contextlib.suppress(AccessDenied):
            for need in (Need(action, resource), *topic_key_needs(ACCOUNT, resource)):
                host.authority.require_service("events.amazonaws.com", need, rule.region_name, rule.arn)
            return True
        return False

    def send(rule: Rule, original_event: dict[str, Any], transform_input: bool = True) -> None:
        if rule.state != "ENABLED":
            return
        if original_event["source"] != _SCHEDULE and not rule.event_pattern.matches_event(original_event):
            return
        targets = rule.targets
        event = _shown(original_event)
        others = []
        happens = host.faults.outcome("event", f"{rule.name} {original_event['source']}")
        if happens == "lost":
            return
        for target in targets:
            if ":lambda:" in target["Arn"] and allowed("lambda:InvokeFunction", target["Arn"], rule):
                deliver = functools.partial(host.invoke, target["Arn"], target_input(target, event, rule))
                if happens != "late":
                    deliver()
                if happens is not None:
                    host.faults.hold(deliver)
            elif ":sns:" in target["Arn"] and allowed("sns:Publish", target["Arn"], rule):
                # A text arrives as JSON too, within its quotation marks.
                topics.publish(target["Arn"], json.dumps(target_input(target, event, rule)))
            elif ":lambda:" not in target["Arn"] and ":sns:" not in target["Arn"]:
                others.append(target)
        if others:
            rule.targets = others
            try:
                original(rule, original_event, transform_input)
            finally:
                rule.targets = targets

    Rule.send_to_targets = send
    threading.Thread(target=_keep_schedules, args=[host], daemon=True, name="schedules").start()


#: The source of the events of a rule's own schedule, which no pattern has to match.
_SCHEDULE = "aws.events"


def _keep_schedules(host: Host) -> None:
    """Calls the targets of rules with a rate, counted on the alarms' clock from when a rule is enabled on."""
    due: dict[str, datetime.datetime] = {}
    while True:
        time.sleep(host.alarm_clock.seconds_per_minute)
        now = host.alarm_clock.now()
        enabled = {
            rule.arn: rule
            for backend in list(events_backends[ACCOUNT].values())
            for rule in list(backend.event_buses["default"].rules.values())
            if rule.scheduled_expression and rule.state == "ENABLED"
        }
        due = {arn: due.get(arn, now + interval(rule.scheduled_expression)) for arn, rule in enabled.items()}
        for arn, rule in enabled.items():
            if due[arn] <= now:
                due[arn] = now + interval(rule.scheduled_expression)
                _send(rule, _event(rule.region_name, _SCHEDULE, "Scheduled Event", [arn], {}, now))


def publish(region: str, source: str, detail_type: str, resources: list[str], detail: dict[str, Any]) -> None:
    """Puts a service's own event on the default bus."""
    event = _event(
        region, source, detail_type, resources, detail, datetime.datetime.now(datetime.timezone.utc)
    )
    for rule in list(events_backends[ACCOUNT][region].event_buses["default"].rules.values()):
        _send(rule, event)


def _send(rule: Rule, event: dict[str, Any]) -> None:
    try:
        rule.send_to_targets(event)
    except Exception:  # noqa: BLE001 a target that cannot be reached is not the publisher's fault
        log.exception("event of %s to rule %s", event["source"], rule.name)


def _event(
    region: str,
    source: str,
    detail_type: str,
    resources: list[str],
    detail: dict[str, Any],
    time_of_event: datetime.datetime,
) -> dict[str, Any]:
    moment = time_of_event.timestamp()
    return {
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
        inside ^= re.sub(r"\\.", "", text).count('"') % 2 == 1
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
