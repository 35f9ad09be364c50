"""The evaluator against tables whose right answers stand in IAM's user guide, page by page."""

import pytest
from aws.authorization.conditions import UnknownPolicy, holds
from aws.authorization.policies import Request, decide, statements_of

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/job"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/job/session"


def asked(action="s3:GetObject", resource="arn:aws:s3:::b/data/key", service=None, **context) -> Request:
    found = {key.replace("__", ":").replace("_", "/").lower(): value for key, value in context.items()}
    return Request(SESSION, ROLE, action, resource, found, service)


def allow(**elements) -> dict:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **elements}


def policy(*statements: dict):
    return statements_of("p", {"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    "pattern, allowed",
    [
        ("s3:GetObject", True),
        ("S3:getobject", True),
        ("s3:Get*", True),
        ("s3:*", True),
        ("*", True),
        ("s3:Get?bject", True),
        ("s3:Get", False),
        ("s3:GetObjec", False),
        ("s3:GetObjectVersion", False),
        ("sagemaker:*", False),
        (["s3:PutObject", "s3:GetObject"], True),
    ],
)
def test_actions(pattern, allowed):
    assert decide(asked(), policy(allow(Action=pattern))).allowed is allowed
    inverse = {key: value for key, value in allow(NotAction=pattern).items() if key != "Action"}
    assert decide(asked(), policy(inverse)).allowed is not allowed


@pytest.mark.parametrize(
    "pattern, allowed",
    [
        ("*", True),
        ("arn:aws:s3:::b/data/key", True),
        ("arn:aws:s3:::b/data/*", True),
        ("arn:aws:s3:::b/*", True),
        ("arn:aws:s3:::b*", True),
        ("arn:*:s3:::b/data/k?y", True),
        ("arn:aws:s3:::b", False),
        ("arn:aws:s3:::b/data/", False),
        ("arn:aws:s3:::b/other/*", False),
        ("arn:aws:s3:::bb/*", False),
        # No pattern reaches over a colon but in the last part.
        ("arn:aws:*:b/data/key", False),
        ("arn:aws:s3:us-east-1::b/data/key", False),
        (["arn:aws:s3:::x", "arn:aws:s3:::b/*"], True),
    ],
)
def test_resources(pattern, allowed):
    assert decide(asked(), policy(allow(Resource=pattern))).allowed is allowed
    if pattern != "*":
        inverse = {key: value for key, value in allow(NotResource=pattern).items() if key != "Resource"}
        assert decide(asked(), policy(inverse)).allowed is not allowed


def test_a_colon_in_a_resource_is_matched_by_a_star():
    log = asked("logs:PutLogEvents", "arn:aws:logs:us-east-1:1:log-group:/aws/g:log-stream:s/1")
    allowed = allow(Action="logs:*", Resource="arn:aws:logs:us-east-1:1:log-group:/aws/g:*")
    assert decide(log, policy(allowed)).allowed


@pytest.mark.parametrize(
    "operator, wanted, present, result",
    [
        ("StringEquals", "a", ["a"], True),
        ("StringEquals", "a", ["A"], False),
        ("StringEquals", ["a", "b"], ["b"], True),
        ("StringEquals", "a*", ["ab"], False),
        ("StringEquals", "a", [], False),
        ("StringEqualsIfExists", "a", [], True),
        ("StringEqualsIfExists", "a", ["b"], False),
        ("StringNotEquals", "a", ["b"], True),
        ("StringNotEquals", ["a", "b"], ["b"], False),
        ("StringNotEquals", "a", [], True),
        ("StringEqualsIgnoreCase", "a", ["A"], True),
        ("StringNotEqualsIgnoreCase", "a", ["A"], False),
        ("StringLike", "a*", ["ab"], True),
        ("StringLike", "a?c", ["abc"], True),
        ("StringLike", "*", [], False),
        ("StringLike", "a[b]", ["ab"], False),
        ("StringNotLike", "a*", ["ab"], False),
        ("StringNotLike", "a*", ["b"], True),
        ("ArnEquals", "arn:aws:s3:::b*", ["arn:aws:s3:::bucket"], True),
        ("ArnLike", "arn:aws:s3:::b*", ["arn:aws:s3:::bucket"], True),
        ("ArnLike", "arn:aws:*", ["arn:aws:s3:::bucket"], False),
        ("ArnNotLike", "arn:aws:s3:::b*", ["arn:aws:s3:::bucket"], False),
        ("ArnNotEquals", "arn:aws:s3:::x", ["arn:aws:s3:::bucket"], True),
        ("Bool", "true", ["true"], True),
        ("Bool", True, ["true"], True),
        ("Bool", "false", ["true"], False),
        ("Bool", "false", [], False),
        ("BoolIfExists", "false", [], True),
        ("Null", "true", [], True),
        ("Null", "true", ["a"], False),
        ("Null", "false", ["a"], True),
        ("Null", False, [], False),
        ("NumericEquals", "10", ["10.0"], True),
        ("NumericNotEquals", "10", ["11"], True),
        ("NumericLessThan", 10, ["9"], True),
        ("NumericLessThan", "10", ["10"], False),
        ("NumericLessThanEquals", "10", ["10"], True),
        ("NumericGreaterThan", "10", ["9"], False),
        ("NumericGreaterThanEquals", "10", ["10"], True),
        ("IpAddress", "127.0.0.0/8", ["127.0.0.1"], True),
        ("NotIpAddress", ["10.0.0.0/8", "127.0.0.1"], ["127.0.0.1"], False),
        ("ForAllValues:StringEquals", ["a", "b"], ["a"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAllValues:StringEquals", ["a"], [], True),
        ("ForAllValues:StringNotEquals", ["a"], ["b", "a"], False),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "a"], True),
        ("ForAnyValue:StringEquals", ["a"], ["c"], False),
        ("ForAnyValue:StringEquals", ["a"], [], False),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "b"], True),
        ("ForAnyValue:StringNotEquals", ["a"], [], False),
        ("ForAnyValue:StringLike", ["a*"], ["xa", "ab"], True),
    ],
)
def test_conditions(operator, wanted, present, result):
    assert holds({operator: {"Aws:Key": wanted}}, {"aws:key": present}) is result


def test_every_key_and_every_operator_must_hold():
    context = {"a:x": ["1"], "a:y": ["2"]}
    assert holds({"StringEquals": {"a:x": "1", "a:y": "2"}}, context)
    assert not holds({"StringEquals": {"a:x": "1", "a:y": "1"}}, context)
    assert not holds({"StringEquals": {"a:x": "1"}, "StringLike": {"a:y": "3*"}}, context)
    assert holds({}, context)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringMatches": {"a:x": "1"}},
        {"ForSomeValues:StringEquals": {"a:x": "1"}},
        {"BoolNot": {"a:x": "true"}},
        {"NumericNotLessThan": {"a:x": "1"}},
        {"StringNotNotEquals": {"a:x": "1"}},
        {"DateLessThan": {"a:x": "2026-01-01"}},
        {"StringEquals": {"a:unknown": "1"}},
        {"Bool": {"a:x": "yes"}},
        {"StringEquals": {"a:x": "${a:unknown}"}},
    ],
)
def test_what_is_not_known_fails_by_name(condition):
    with pytest.raises(UnknownPolicy):
        holds(condition, {"a:x": ["1"]})


@pytest.mark.parametrize(
    "document",
    [
        {"Statement": {**allow(), "Acton": "s3:*"}},
        {"Statement": [{"Effect": "Maybe", "Action": "*", "Resource": "*"}]},
    ],
)
def test_a_statement_that_does_not_exist_fails_by_name(document):
    with pytest.raises(UnknownPolicy, match="a statement of p"):
        statements_of("p", document)


def test_variables_are_filled_in_and_without_a_value_match_nothing():
    mine = policy(allow(Resource="arn:aws:s3:::b/${aws:PrincipalTag/team}/*"))
    assert decide(asked(aws__principaltag_team=["data"]), mine).allowed
    assert not decide(asked(aws__principaltag_team=["other"]), mine).allowed
    assert not decide(asked(aws__principaltag_team=[]), mine).allowed


def test_nothing_is_allowed_that_no_policy_allows_and_a_deny_wins():
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::b/secret/*", "Sid": "Secret"}
    assert not decide(asked(), []).allowed
    assert decide(asked(), policy(allow(), deny)).allowed
    refused = decide(asked(resource="arn:aws:s3:::b/secret/key"), policy(allow(), deny))
    assert (refused.allowed, refused.reason) == (False, "with an explicit deny in p#Secret")
    of_bucket = policy({**deny, "Principal": "*"})
    assert not decide(asked(resource="arn:aws:s3:::b/secret/key"), policy(allow()), of_bucket).allowed


@pytest.mark.parametrize(
    "principal, by_itself",
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ROLE}, True),
        ({"AWS": [SESSION, "arn:aws:iam::1:root"]}, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}, False),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, False),
        ({"AWS": ACCOUNT}, False),
        ({"Service": "sagemaker.amazonaws.com"}, False),
    ],
)
def test_a_resource_s_own_policy_allows_whom_it_names(principal, by_itself):
    of_resource = policy(allow(Principal=principal))
    assert decide(asked(), [], of_resource).allowed is by_itself


@pytest.mark.parametrize(
    "trusted, own, allowed",
    [
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, [allow(Action="sts:AssumeRole")], True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, [], False),
        ({"AWS": ROLE}, [], True),
        ({"Service": "lambda.amazonaws.com"}, [allow(Action="sts:AssumeRole")], False),
    ],
)
def test_a_role_is_assumed_by_whom_it_trusts(trusted, own, allowed):
    trust = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": trusted})
    request = asked("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/other")
    assert decide(request, policy(*own), trust, both=True).allowed is allowed


def test_a_service_is_allowed_by_the_resource_alone():
    trust = policy(allow(Action="lambda:InvokeFunction", Principal={"Service": "events.amazonaws.com"}))
    events = asked("lambda:InvokeFunction", "arn:aws:lambda:r:1:function:f", "events.amazonaws.com")
    assert decide(events, [], trust).allowed
    other = asked("lambda:InvokeFunction", "arn:aws:lambda:r:1:function:f", "sns.amazonaws.com")
    assert not decide(other, [], trust).allowed


def test_an_action_of_which_nobody_knows_the_resource_is_allowed_by_a_star_alone():
    unknown = asked("s3:Frobnicate", None)
    assert decide(unknown, policy(allow(Action="*"))).allowed
    with pytest.raises(UnknownPolicy, match="what s3:Frobnicate is about"):
        decide(unknown, policy(allow(Action="s3:*", Resource="arn:aws:s3:::b")))
    assert not decide(unknown, policy(allow(Resource="arn:aws:s3:::b"))).allowed


def test_the_nearest_statement_is_told():
    statements = policy(
        allow(Action="sagemaker:*", Sid="Other"),
        allow(Action="s3:PutObject", Sid="Service"),
        allow(Resource="arn:aws:s3:::b/else/*", Sid="Action"),
    )
    assert decide(asked(), statements).nearest.name == "p#Action"
    assert decide(asked(), statements[:2]).nearest.name == "p#Service"
    assert decide(asked(), statements[:1]).nearest is None
    conditioned = policy(
        allow(Condition={"Bool": {"a:x": "true"}}, Sid="Conditioned"), *[allow(Resource="arn:aws:s3:::x")]
    )
    assert decide(asked(a__x=["false"]), conditioned).nearest.name == "p#Conditioned"
