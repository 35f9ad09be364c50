"""Requests are held to the services' own models."""

import pytest
from aws.models import problems

TARGETS = {
    "Rule": "rule",
    "Targets": [{"Id": "one", "Arn": "arn:aws:lambda:us-east-1:123456789012:function:f"}],
}


@pytest.mark.parametrize(
    ("service", "operation", "request_", "found"),
    [
        # CloudFormation's schema does without it, and the handler passes on what it got.
        (
            "sagemaker",
            "UpdateEndpoint",
            {
                "EndpointName": "e",
                "EndpointConfigName": "c",
                "DeploymentConfig": {
                    "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE"}}
                },
            },
            "waitIntervalInSeconds' failed to satisfy constraint: Member must not be null",
        ),
        (
            "sagemaker",
            "CreateTrainingJob",
            {"StoppingCondition": {"MaxPendingTimeInSeconds": 1799}},
            "maxPendingTimeInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 1800",
        ),
        ("events", "PutTargets", TARGETS, None),
        (
            "events",
            "PutTargets",
            {"Rule": "a rule", "Targets": TARGETS["Targets"]},
            "regular expression pattern",
        ),
        ("logs", "PutRetentionPolicy", {"logGroupName": "g"}, "'retentionInDays' failed"),
    ],
)
def test_a_request_satisfies_its_model(service, operation, request_, found):
    told = problems(service, operation, request_)
    assert told == [] if found is None else any(found in text for text in told)
