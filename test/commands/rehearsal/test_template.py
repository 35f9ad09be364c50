"""Templates: intrinsic functions, held against moto's own."""

import pytest
from aws.cloudformation.resources.custom import strings
from aws.cloudformation.template import Resolver, parse
from hypothesis import given
from hypothesis import strategies as st
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.parsing import clean_json

VALUES = {"AWS::Region": "us-east-1", "Parameter": "value", "List": ["a", "b", "c"]}


class NoLookup:
    def ref(self, logical_id):
        return f"physical-{logical_id}"

    def attribute(self, logical_id, name):
        return f"{logical_id}.{name}"


class MotoResources(dict):
    """What moto's resolver asks for references."""

    lazy_condition_map = {"Yes": True, "No": False}

    def __missing__(self, key):
        class Resource:
            physical_resource_id = f"physical-{key}"

            def get_cfn_attribute(self, name):
                return f"{key}.{name}"

        return Resource()

    def get(self, key, default=None):
        return self[key]


plain = st.text("abc-$!:/ ", min_size=1, max_size=6)
references = st.sampled_from(
    [{"Ref": "Parameter"}, {"Ref": "Thing"}, {"Fn::GetAtt": ["Thing", "Arn"]}, {"Ref": "AWS::Region"}]
)
expressions = st.recursive(
    plain | references,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda items: {"Fn::Join": ["-", items]}),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: {"Fn::Select": ["1", items]}),
        st.tuples(st.sampled_from(["Yes", "No"]), inner, inner).map(lambda item: {"Fn::If": list(item)}),
        inner.map(lambda item: {"Fn::Select": [0, {"Fn::Split": ["-", {"Fn::Join": ["-", [item, "x"]]}]}]}),
        inner.map(lambda item: {"Fn::Base64": item}),
        st.just({"Fn::Sub": "${Parameter}/${Thing}/${Thing.Arn}"}),
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc", min_size=1), expressions, max_size=3))
def test_agrees_with_moto(properties):
    conditions = {"Yes": {"Fn::Equals": ["1", "1"]}, "No": {"Fn::Equals": ["1", "2"]}}
    resolver = Resolver({"Conditions": conditions}, VALUES, NoLookup())
    assert resolver.resolve(properties) == clean_json(properties, MotoResources(VALUES))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # Moto differs in these from CloudFormation.
        ({"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Ref": "AWS::NoValue"}]}, {"b": [1]}),
        (
            {"Fn::Sub": ["${Own}-${!Literal}-${Parameter}", {"Own": {"Ref": "List"}}]},
            "['a', 'b', 'c']-${Literal}-value",
        ),
        ({"Fn::Join": ["", ["is ", True, " ", 1]]}, "is true 1"),
        ({"Fn::FindInMap": ["Map", {"Ref": "AWS::Region"}, "key"]}, "mapped"),
        ({"Fn::FindInMap": ["Map", "eu-west-1", "key", {"DefaultValue": "other"}]}, "other"),
        ({"Fn::ToJsonString": {"a": [1, {"Ref": "Parameter"}]}}, '{"a":[1,"value"]}'),
        ({"Fn::Length": {"Ref": "List"}}, 3),
    ],
)
def test_functions(value, expected):
    template = {"Mappings": {"Map": {"us-east-1": {"key": "mapped"}}}}
    assert Resolver(template, VALUES, NoLookup()).resolve(value) == expected


def test_yaml_has_its_short_names():
    body = "Resources:\n  A:\n    Type: X\n    Properties:\n      P: !Sub '${B}'\n      Q: !GetAtt B.Arn\n      R: !If [Yes, !Ref C, 1]\n"
    properties = parse(body)["Resources"]["A"]["Properties"]
    assert properties["P"] == {"Fn::Sub": "${B}"}
    assert properties["Q"] == {"Fn::GetAtt": ["B", "Arn"]}
    with pytest.raises(ValidationError):
        parse("a: [")


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@given(st.recursive(leaves, lambda item: st.lists(item) | st.dictionaries(st.text(), item), max_leaves=10))
def test_custom_resources_get_strings_only(value):
    def leaves_of(item):
        if isinstance(item, (dict, list)):
            for entry in item.values() if isinstance(item, dict) else item:
                yield from leaves_of(entry)
        else:
            yield item

    assert all(isinstance(leaf, str) for leaf in leaves_of(strings({"value": value})))
