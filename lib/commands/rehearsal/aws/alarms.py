"""Alarms: evaluated once a minute of their own clock, and their actions carried out.

Only alarms on a metric that is published here are evaluated; others keep the state that they were given. Replaces in moto:
`CloudWatchBackend.set_alarm_state`, which carries out no action.
"""

from __future__ import annotations

import datetime
import json
import logging
import operator
import threading
import time
import uuid
from typing import Any

from botocore import xform_name
from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.core.exceptions import ServiceException

from aws import endpoint_metrics, topics
from aws.authorization.authority import AccessDenied
from aws.host import Host
from aws.identities import ACCOUNT

log = logging.getLogger(__name__)

_COMPARISONS = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}
#: Who acts in an alarm's name, by the service of the action.
_SERVICES = {"lambda": "lambda.alarms.cloudwatch.amazonaws.com", "sns": "cloudwatch.amazonaws.com"}
_STATISTICS = {
    "Average": lambda values: sum(values) / len(values),
    "Maximum": max,
    "Minimum": min,
    "SampleCount": len,
    "Sum": sum,
}
_MISSING_DATA = ("breaching", "ignore", "missing", "notBreaching")
_DAY = 86400
#: The actions of each state.
_ACTIONS = {"ALARM": "AlarmActions", "INSUFFICIENT_DATA": "InsufficientDataActions", "OK": "OKActions"}


def problem(properties: dict[str, Any]) -> str | None:
    """Why an alarm cannot be evaluated though its metric is published here; None where nothing is wrong."""
    if (properties.get("Namespace"), properties.get("MetricName")) not in endpoint_metrics.PUBLISHED:
        return None
    if properties["ComparisonOperator"] not in _COMPARISONS or "ThresholdMetricId" in properties:
        return f"the rehearsal does not evaluate {properties['ComparisonOperator']} of an alarm"
    if properties.get("Statistic") not in _STATISTICS:
        return f"the rehearsal evaluates the statistics {', '.join(_STATISTICS)} of an alarm only"
    if properties.get("TreatMissingData", "missing") not in _MISSING_DATA:
        return f"TreatMissingData {properties['TreatMissingData']} is none of {', '.join(_MISSING_DATA)}"
    period, count = int(properties["Period"]), int(properties["EvaluationPeriods"])
    longest = _DAY if period < 3600 else 7 * _DAY
    if period * count > longest:
        return (
            f"Metrics cannot be checked across more than {longest} seconds for a Period of {period} "
            "(EvaluationPeriods * Period)"
        )
    actions = [arn for kind in _ACTIONS.values() for arn in properties.get(kind, [])]
    unknown = [arn for arn in actions if arn.split(":")[2] not in ("lambda", "sns")]
    if unknown:
        return f"the rehearsal knows functions and topics as actions of an alarm, not {', '.join(unknown)}"
    return None


class Alarms:
    """Evaluates the alarms of one host."""

    def __init__(self, host: Host):
        self._host = host
        self._lock = threading.Lock()

    def install(self) -> None:
        """Carries out the actions of states that the API sets, and begins to evaluate."""
        original = CloudWatchBackend.set_alarm_state

        def set_state(
            backend: CloudWatchBackend, alarm_name: str, reason: str, reason_data: str, state_value: str
        ) -> None:
            with self._lock:
                alarm = backend.alarms.get(alarm_name)
                previous = _state(alarm) if alarm else None
                # It raises for what the API refuses.
                original(backend, alarm_name, reason, reason_data, state_value)
                self._changed(alarm, previous)

        CloudWatchBackend.set_alarm_state = set_state
        threading.Thread(target=self._run, daemon=True, name="alarms").start()

    def _run(self) -> None:
        while True:
            time.sleep(self._host.alarm_clock.seconds_per_minute)
            for backend in list(cloudwatch_backends[ACCOUNT].values()):
                for alarm in list(backend.alarms.values()):
                    try:
                        self._evaluate(backend, alarm)
                    except Exception:  # noqa: BLE001 one alarm's failure is not the others'
                        log.exception("alarm %s", alarm.name)

    def _evaluate(self, backend: CloudWatchBackend, alarm: Alarm) -> None:
        if (alarm.namespace, alarm.metric_name) not in endpoint_metrics.PUBLISHED:
            return
        with self._lock:
            if backend.alarms.get(alarm.name) is not alarm:
                return
            points = self._points(alarm)
            value = state_of(alarm, points)
            if value == alarm.state_value:
                return
            missing = sum(point is None for point in points)
            shown = ", ".join(f"{point:g}" for point in points if point is not None)
            reason = (
                f"Threshold Crossed: {alarm.evaluation_periods} datapoints [{shown}], {missing} of them missing, "
                f"compared by {alarm.comparison_operator} with {alarm.threshold:g}."
            )
            previous = _state(alarm)
            alarm.update_state(reason, "{}", value)
            self._changed(alarm, previous)

    def _points(self, alarm: Alarm) -> list[float | None]:
        """The statistic of each period that the alarm looks at, the newest first; None where there is no data."""
        end = self._host.alarm_clock.now().replace(second=0, microsecond=0)
        period = datetime.timedelta(seconds=int(alarm.period))
        points: list[float | None] = []
        for index in range(int(alarm.evaluation_periods)):
            begin = end - (index + 1) * period
            found = endpoint_metrics.values(alarm.region_name, alarm, begin, begin + period)
            points.append(float(_STATISTICS[alarm.statistic](found)) if found else None)
        return points

    def _changed(self, alarm: Alarm, previous: dict[str, Any]) -> None:
        state = _state(alarm)
        if state["value"] == previous["value"]:
            return
        self._host.progress(
            {"type": "alarm", "alarm": alarm.name, "state": state["value"], "reason": state["reason"]}
        )
        if not alarm.actions_enabled:
            return
        state["timestamp"] = _text(self._host.alarm_clock.now())
        for arn in getattr(alarm, xform_name(_ACTIONS[state["value"]])) or []:
            try:
                self._act(arn, alarm, state, previous)
            except (AccessDenied, ServiceException) as error:
                # As on AWS: an action that fails is not tried again.
                log.warning("action %s of alarm %s: %s", arn, alarm.name, error)

    def _act(self, arn: str, alarm: Alarm, state: dict[str, Any], previous: dict[str, Any]) -> None:
        kind = arn.split(":")[2]
        if kind not in _SERVICES:
            raise NotImplementedError(f"the action {arn} of the alarm {alarm.name}")
        self._host.authority.require_target(_SERVICES[kind], arn, alarm.region_name, alarm.alarm_arn)
        if kind == "lambda":
            self._host.invoke(arn, _event(alarm, state, previous))
            return
        message = {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "AWSAccountId": ACCOUNT,
            "NewStateValue": state["value"],
            "NewStateReason": state["reason"],
            "StateChangeTime": state["timestamp"],
            "OldStateValue": previous["value"],
            "AlarmArn": alarm.alarm_arn,
        }
        subject = f'{state["value"]}: "{alarm.name}" in {alarm.region_name}'
        topics.publish(arn, json.dumps(message), subject[:100])


def state_of(alarm: Any, points: list[float | None]) -> str:
    """The state that follows from the points of all periods; None is a period without data."""
    treatment = alarm.treat_missing_data or "missing"
    present = [point for point in points if point is not None]
    if not present and treatment == "missing":
        return "INSUFFICIENT_DATA"
    if not present and treatment == "ignore":
        return alarm.state_value
    compare = _COMPARISONS[alarm.comparison_operator]
    breaching = sum(compare(point, alarm.threshold) for point in present)
    if treatment == "breaching":
        breaching += len(points) - len(present)
    return "ALARM" if breaching >= int(alarm.datapoints_to_alarm or alarm.evaluation_periods) else "OK"


def _state(alarm: Alarm) -> dict[str, Any]:
    return {
        "value": alarm.state_value,
        "reason": alarm.state_reason,
        "timestamp": _text(alarm.state_updated_timestamp),
    }


def _text(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "+0000"


def _event(alarm: Alarm, state: dict[str, Any], previous: dict[str, Any]) -> dict[str, Any]:
    """What a function gets. Source: "Invoke a Lambda function from an alarm", CloudWatch's user guide."""
    metric = {
        "namespace": alarm.namespace,
        "name": alarm.metric_name,
        "dimensions": {item.name: item.value for item in alarm.dimensions},
    }
    stat = {"metric": metric, "period": int(alarm.period), "stat": alarm.statistic}
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.alarm_arn,
        "accountId": ACCOUNT,
        "time": state["timestamp"],
        "region": alarm.region_name,
        "alarmData": {
            "alarmName": alarm.name,
            "state": state,
            "previousState": previous,
            "configuration": {
                "description": alarm.description,
                "metrics": [{"id": str(uuid.uuid4()), "metricStat": stat, "returnData": True}],
            },
        },
    }
