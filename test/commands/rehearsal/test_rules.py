"""EventBridge: what a target gets of an event."""

import json
from types import SimpleNamespace

import pytest
from aws.rules import target_input
from hypothesis import example, given
from hypothesis import strategies as st

RULE = SimpleNamespace(arn="arn:aws:events:us-east-1:123456789012:rule/r", name="r")
EVENT = {
    "source": "aws.sagemaker",
    "time": "2026-01-01T00:00:00Z",
    "detail": {"Name": 'say "hi"', "Count": 3, "List": [1], "None": None},
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda item: st.lists(item, max_size=3) | st.dictionaries(st.text(), item, max_size=3),
    max_leaves=8,
)


@given(values, st.text())
@example(None, "\\")
def test_a_template_carries_any_value_whole(detail, text):
    """As the training job's rule does: the whole detail beside a constant."""
    template = {
        "InputPathsMap": {"d": "$.detail"},
        "InputTemplate": '{"Url": ' + json.dumps(text.replace("<", "")) + ', "detail": <d>}',
    }
    got = target_input({"InputTransformer": template}, {**EVENT, "detail": detail}, RULE)
    assert got == {"Url": text.replace("<", ""), "detail": detail}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{"a": <name>}', {"a": 'say "hi"'}),
        ('{"a": "<name>!"}', {"a": 'say "hi"!'}),
        ('{"a": <count>, "b": "n=<count>"}', {"a": 3, "b": "n=3"}),
        ('{"a": "<list>"}', {"a": "[1]"}),
        ('{"a": <absent>}', {"a": None}),
        ('"<aws.events.rule-name>"', "r"),
        ("<aws.events.event>", EVENT),
        ('{"a": "<unknown>"}', {"a": "<unknown>"}),
    ],
)
def test_placeholders_stand_alone_or_within_text(template, expected):
    paths = {
        "name": "$.detail.Name",
        "count": "$.detail.Count",
        "list": "$.detail.List",
        "absent": "$.detail.Absent.Below",
    }
    assert (
        target_input({"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}, EVENT, RULE)
        == expected
    )


def test_a_constant_a_part_or_the_whole():
    assert target_input({"Input": '{"x": 1}'}, EVENT, RULE) == {"x": 1}
    assert target_input({"InputPath": "$.detail.Count"}, EVENT, RULE) == 3
    assert target_input({}, EVENT, RULE) == EVENT
