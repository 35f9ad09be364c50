"""Alarms: their state follows from the points, and its change calls what the alarm names."""

import json
from types import SimpleNamespace

import pytest
from aws.alarms import problem, state_of
from hypothesis import given
from hypothesis import strategies as st

FOREVER = {
    "AlarmName": "no-calls",
    "Namespace": "AWS/SageMaker",
    "MetricName": "Invocations",
    "Dimensions": [{"Name": "EndpointName", "Value": "absent"}],
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 2,
    "Threshold": 1,
    "ComparisonOperator": "LessThanThreshold",
    "TreatMissingData": "breaching",
}


def alarm(**changes) -> SimpleNamespace:
    settings = {
        "comparison_operator": "LessThanThreshold",
        "threshold": 1.0,
        "evaluation_periods": 3,
        "datapoints_to_alarm": None,
        "treat_missing_data": "breaching",
        "state_value": "OK",
    }
    return SimpleNamespace(**{**settings, **changes})


@pytest.mark.parametrize(
    ("treatment", "points", "state"),
    [
        ("breaching", [None, None, None], "ALARM"),
        ("breaching", [None, 4.0, None], "OK"),
        ("breaching", [0.0, None, 0.0], "ALARM"),
        ("notBreaching", [None, None, None], "OK"),
        ("notBreaching", [0.0, 0.0, 0.0], "ALARM"),
        ("missing", [None, None, None], "INSUFFICIENT_DATA"),
        (None, [None, None, None], "INSUFFICIENT_DATA"),
        ("missing", [0.0, 0.0, 0.0], "ALARM"),
        ("ignore", [None, None, None], "OK"),
    ],
)
def test_periods_without_data_are_treated_as_the_alarm_says(treatment, points, state):
    assert state_of(alarm(treat_missing_data=treatment), points) == state


@given(st.lists(st.none() | st.floats(0, 3), min_size=1, max_size=6), st.data())
def test_an_alarm_needs_as_many_breaching_points_as_it_says(points, data):
    needed = data.draw(st.integers(1, len(points)))
    settings = {"evaluation_periods": len(points), "datapoints_to_alarm": needed}
    breaching = sum(point is None or point < 1 for point in points)
    assert state_of(alarm(**settings), points) == ("ALARM" if breaching >= needed else "OK")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "does not evaluate GreaterThanUpperThreshold"),
        ({"Statistic": None, "ExtendedStatistic": "p99"}, "evaluates the statistics"),
        ({"TreatMissingData": "sometimes"}, "sometimes is none of"),
        ({"EvaluationPeriods": 289}, "more than 86400 seconds for a Period of 300"),
        ({"Period": 3600, "EvaluationPeriods": 169}, "more than 604800 seconds for a Period of 3600"),
        ({"AlarmActions": ["arn:aws:automate:us-east-1:ec2:stop"]}, "functions and topics as actions"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(changes, message):
    assert message in problem({**FOREVER, **changes})


def test_other_metrics_are_kept_as_they_are():
    assert problem(FOREVER) is None
    assert problem({**FOREVER, "MetricName": "ModelLatency", "Statistic": None}) is None


def test_a_state_that_is_set_acts_and_a_mail_is_told(emulator):
    sns, cloudwatch = emulator.client("sns"), emulator.client("cloudwatch")
    topic = sns.create_topic(Name="alarm-test")["TopicArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@b.c")["SubscriptionArn"]
    cloudwatch.put_metric_alarm(**{**FOREVER, "AlarmActions": [topic]})
    for state in ("ALARM", "ALARM", "OK"):
        cloudwatch.set_alarm_state(AlarmName="no-calls", StateValue=state, StateReason="because")
    cloudwatch.delete_alarms(AlarmNames=["no-calls"])
    told = [line for line in emulator.lines() if line.get("type") == "mail" and line["to"] == "a@b.c"]
    assert [line["subject"] for line in told] == ['ALARM: "no-calls" in us-east-1']
    assert json.loads(told[0]["text"])["NewStateReason"] == "because"
    sns.unsubscribe(SubscriptionArn=subscription)
    sns.delete_topic(TopicArn=topic)


def test_a_stack_tells_rules_of_its_status_and_a_rule_reaches_a_topic(stack, emulator):
    pattern = {
        "source": ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
        "detail": {
            "stack-id": [{"prefix": f"arn:aws:cloudformation:us-east-1:123456789012:stack/{stack.name}/"}],
            "status-details": {"status": ["CREATE_COMPLETE"]},
        },
    }
    watching = Watching(emulator, pattern)
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}}
    assert stack.deploy({"Parameter": parameter}) == "CREATE_COMPLETE"
    emulator.wait(watching.told)
    # EventBridge hands a text on within its quotation marks, under SNS's own subject.
    assert watching.told() == [("AWS Notification Message", '"it is in CREATE_COMPLETE"')]
    watching.remove()


class Watching:
    """A rule that mails."""

    def __init__(self, emulator, pattern: dict):
        self._emulator, self._sns, self._events = emulator, emulator.client("sns"), emulator.client("events")
        self._topic = self._sns.create_topic(Name="rule-test")["TopicArn"]
        self._sns.subscribe(TopicArn=self._topic, Protocol="email", Endpoint="d@e.f")
        allowed = {
            "Effect": "Allow",
            "Action": "sns:Publish",
            "Resource": self._topic,
            "Principal": {"Service": "events.amazonaws.com"},
        }
        self._sns.set_topic_attributes(
            TopicArn=self._topic, AttributeName="Policy", AttributeValue=json.dumps({"Statement": [allowed]})
        )
        self._events.put_rule(Name="watch", EventPattern=json.dumps(pattern))
        transformer = {
            "InputPathsMap": {"status": "$.detail.status-details.status"},
            "InputTemplate": '"it is in <status>"',
        }
        target = {"Id": "1", "Arn": self._topic, "InputTransformer": transformer}
        self._events.put_targets(Rule="watch", Targets=[target])

    def told(self) -> list[tuple[str, str]]:
        return [
            (line["subject"], line["text"]) for line in self._emulator.lines() if line.get("to") == "d@e.f"
        ]

    def remove(self) -> None:
        self._events.remove_targets(Rule="watch", Ids=["1"])
        self._events.delete_rule(Name="watch")
        found = self._sns.list_subscriptions_by_topic(TopicArn=self._topic)["Subscriptions"]
        for item in found:
            self._sns.unsubscribe(SubscriptionArn=item["SubscriptionArn"])
        self._sns.delete_topic(TopicArn=self._topic)
