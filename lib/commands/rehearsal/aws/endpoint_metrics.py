"""The metrics that SageMaker publishes of endpoints: those that alarms are evaluated on here."""

from __future__ import annotations

import datetime
from typing import Any

from moto.cloudwatch.models import MetricDatum, cloudwatch_backends

from aws.identities import ACCOUNT

NAMESPACE = "AWS/SageMaker"
INVOCATIONS = "Invocations"
#: Namespace and name of every metric that is published here.
PUBLISHED = frozenset({(NAMESPACE, INVOCATIONS)})


def record_invocation(region: str, moment: datetime.datetime, endpoint: str, variant: str) -> None:
    """Counts one request that reached a variant, whatever came of it."""
    dimensions = [
        {"Name": "EndpointName", "Value": endpoint},
        {"Name": "VariantName", "Value": variant},
    ]
    # moto compares with times that have no zone.
    datum = MetricDatum(NAMESPACE, INVOCATIONS, 1.0, dimensions, moment.replace(tzinfo=None), "None")
    cloudwatch_backends[ACCOUNT][region].metric_data.append(datum)


def values(region: str, alarm: Any, begin: datetime.datetime, end: datetime.datetime) -> list[float]:
    """The values of an alarm's metric from `begin` until before `end`."""
    wanted = {(item.name, item.value) for item in alarm.dimensions}
    return [
        item.value
        for item in list(cloudwatch_backends[ACCOUNT][region].metric_data)
        if isinstance(item, MetricDatum)
        and (item.namespace, item.name) == (alarm.namespace, alarm.metric_name)
        and {(dimension.name, dimension.value) for dimension in item.dimensions} == wanted
        and begin.replace(tzinfo=None) <= item.timestamp < end.replace(tzinfo=None)
    ]
