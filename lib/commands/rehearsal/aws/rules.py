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

import jsonpath_ng
from moto.events.models import Rule, events_backends

from aws import topics
from aws.authorization.authority import AccessDenied
from aws.clock import now
from aws.host import Host
from aws.identities import ACCOUNT

log = logging.getLogger(__name__)

_PLACEHOLDER = re.compile(r"<([^<>\s]+)>")
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
#: The source of the events of a rule's own schedule, which no pattern has to match.
_SCHEDULE = "aws.events"


def interval(expression: str) -> datetime.timedelta | None:
    """The time between two moments of a schedule; None for a schedule of another kind than a rate."""
    match = _RATE.fullmatch(expression)
    return datetime.timedelta(**{f"{match[2]}s": int(match[1])}) if match else None


def install(host: Host) -> None:
    """Lets rules invoke functions and publish to topics whose policies let them, and begins to keep their schedules."""

    def deliver(rule: Rule, target: dict[str, Any], event: dict[str, Any]) -> None:
        arn, text = target["Arn"], target_input(target, event, rule)
        # A denial is told; the event is lost, as on AWS after its retries.
        with contextlib.suppress(AccessDenied):
            host.authority.require_target("events.amazonaws.com", arn, rule.region_name, rule.arn)
            if ":sns:" in arn:
                # A text arrives as JSON too, within its quotation marks.
                topics.publish(arn, json.dumps(text))
            else:
                host.invoke(arn, text)

    def send(rule: Rule, event: dict[str, Any]) -> None:
        matched = event["source"] == _SCHEDULE or (
            rule.event_pattern.get_pattern() and rule.event_pattern.matches_event(event)
        )
        if rule.state != "ENABLED" or not matched:
            return
        happens = host.faults.outcome("event", f"{rule.name} {event['source']}")
        for target in rule.targets:
            to_target = functools.partial(deliver, rule, target, _shown(event))
            if happens not in ("lost", "late"):
                to_target()
            if happens in ("late", "doubled"):
                host.faults.hold(to_target)

    Rule.send_to_targets = send
    threading.Thread(target=_keep_schedules, args=[host], daemon=True, name="schedules").start()


def _keep_schedules(host: Host) -> None:
    """Calls the targets of rules with a rate, counted on the alarms' clock from when a rule is enabled on."""
    due: dict[str, datetime.datetime] = {}
    while True:
        time.sleep(host.alarm_clock.seconds_per_minute)
        moment = host.alarm_clock.now()
        enabled = {
            rule.arn: rule
            for backend in list(events_backends[ACCOUNT].values())
            for rule in list(backend.event_buses["default"].rules.values())
            if rule.scheduled_expression and rule.state == "ENABLED"
        }
        due = {
            arn: due.get(arn, moment + interval(rule.scheduled_expression)) for arn, rule in enabled.items()
        }
        for arn, rule in enabled.items():
            if due[arn] <= moment:
                due[arn] = moment + interval(rule.scheduled_expression)
                _send(rule, _event(rule.region_name, _SCHEDULE, "Scheduled Event", [arn], {}, moment))


def publish(region: str, source: str, detail_type: str, resources: list[str], detail: dict[str, Any]) -> None:
    """Puts a service's own event on the default bus."""
    event = _event(region, source, detail_type, resources, detail, now())
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
    moment: datetime.datetime,
) -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": moment.timestamp(),
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
        return _at(event, target["InputPath"])
    if "InputTransformer" in target:
        return _transformed(target["InputTransformer"], event, rule)
    return event


def _transformed(transformer: dict[str, Any], event: dict[str, Any], rule: Any) -> Any:
    """An input template with its placeholders filled: bare ones as JSON, those within a string as text."""
    values = {name: _at(event, path) for name, path in transformer.get("InputPathsMap", {}).items()}
    values |= {
        "aws.events.event": event,
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": event["time"],
        "aws.events.rule-arn": rule.arn,
        "aws.events.rule-name": rule.name,
    }

    def filled(match: re.Match[str]) -> str:
        if match[1] not in values:
            return match[0]
        value, before = values[match[1]], re.sub(r"\\.", "", match.string[: match.start()])
        if before.count('"') % 2 == 0:
            return json.dumps(value)
        if isinstance(value, str):
            return json.dumps(value)[1:-1]
        # Within a string EventBridge writes an object without escaping its quotation marks.
        return "" if value is None else json.dumps(value).replace('"', "")

    text = _PLACEHOLDER.sub(filled, transformer["InputTemplate"])
    try:
        return json.loads(text)
    except ValueError:
        return text


def _at(event: Any, path: str) -> Any:
    """The value at a JSON path, `$.detail.TrainingJobName`; None where there is none."""
    found = jsonpath_ng.parse(path).find(event)
    return found[0].value if found else None
