"""Stacks: order, change sets, rollback, deletion, what crosses stacks."""

import json

import pytest
from botocore.exceptions import ClientError
from emulated import Stack


def parameter(value, **more) -> dict:
    return {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": value, **more.pop("properties", {})},
        **more,
    }


def handle() -> dict:
    return {"Type": "AWS::CloudFormation::WaitConditionHandle"}


def wait(handle_id: str, timeout: float = 60) -> dict:
    return {
        "Type": "AWS::CloudFormation::WaitCondition",
        "Properties": {"Handle": {"Ref": handle_id}, "Timeout": str(timeout)},
    }


#: Fails as soon as it is created.
BROKEN = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "Wrong", "Value": "x"}}


def value_of(emulator, name: str) -> str:
    return emulator.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]


def test_creates_in_the_order_of_references_and_depends_on(stack):
    last = parameter({"Fn::Sub": "${First}-${Second.Value}-${!kept}"}, DependsOn="Third")
    resources = {
        "Last": last,
        "Second": parameter("2"),
        "First": parameter("1"),
        "Third": parameter("3", DependsOn=["Second"]),
    }
    assert stack.deploy(resources, {"Out": {"Value": {"Fn::GetAtt": ["Last", "Value"]}}}) == "CREATE_COMPLETE"
    ended = [logical_id for logical_id, status, _ in stack.events() if status == "CREATE_COMPLETE"]
    assert ended.index("Second") < ended.index("Third") < ended.index("Last")
    assert ended.index("First") < ended.index("Last")
    assert stack.outputs()["Out"] == f"{stack.resource('First')['PhysicalResourceId']}-2-${{kept}}"


def test_refuses_a_type_that_it_does_not_know_by_name(stack):
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::Athena::WorkGroup\]"):
        stack.begin({"Group": {"Type": "AWS::Athena::WorkGroup"}, "Known": parameter("1")})


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ({"A": parameter({"Ref": "B"})}, r"Unresolved resource dependencies \[B\]"),
        (
            {"A": parameter({"Ref": "B"}), "B": parameter({"Ref": "A"})},
            r"Circular dependency between resources: \[A, B\]",
        ),
        ({"A": parameter({"Fn::Cidr": ["10.0.0.0/16", 2]})}, None),
    ],
)
def test_refuses_a_template_that_cannot_deploy(stack, resources, message):
    if message is None:
        assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
        assert "Fn::Cidr is not known to the rehearsal" in stack.reason("CREATE_FAILED")
        return
    with pytest.raises(ClientError, match=message):
        stack.begin(resources)


def test_a_failed_creation_rolls_back_in_reverse_order(stack):
    resources = {
        "First": parameter("1"),
        "Second": parameter({"Ref": "First"}),
        "Broken": {**BROKEN, "DependsOn": "Second"},
    }
    assert stack.deploy(resources) == "ROLLBACK_COMPLETE"
    deleted = [logical_id for logical_id, status, _ in stack.events() if status == "DELETE_COMPLETE"]
    assert deleted == ["Second", "First"]
    assert "[Broken]" in stack.reason("ROLLBACK_IN_PROGRESS")


def test_a_failed_update_restores_what_was(stack, emulator):
    first = {
        "Changed": parameter("old"),
        "Renamed": parameter("1", properties={"Name": "/test/old"}),
        "Gone": parameter("x"),
    }
    assert stack.deploy(first) == "CREATE_COMPLETE"
    before = {item: stack.resource(item)["PhysicalResourceId"] for item in first}
    second = {
        "Changed": parameter("new"),
        "Renamed": parameter("1", properties={"Name": "/test/new"}),
        "Added": parameter("added"),
        "Broken": {**BROKEN, "DependsOn": ["Changed", "Renamed", "Added"]},
    }
    assert stack.deploy(second) == "UPDATE_ROLLBACK_COMPLETE"
    assert {item: stack.resource(item)["PhysicalResourceId"] for item in first} == before
    assert value_of(emulator, before["Changed"]) == "old"
    names = {item["Name"] for item in emulator.client("ssm").describe_parameters()["Parameters"]}
    assert "/test/old" in names and "/test/new" not in names and not any("Added" in name for name in names)
    # The stack is whole: the same update without the fault succeeds.
    assert stack.deploy({"Changed": parameter("new")}) == "UPDATE_COMPLETE"
    assert value_of(emulator, before["Changed"]) == "new"


def test_a_replaced_resource_goes_after_the_update(stack, emulator):
    stack.deploy(
        {"Thing": parameter("1", properties={"Name": "/test/one"}), "User": parameter({"Ref": "Thing"})}
    )
    assert (
        stack.deploy(
            {"Thing": parameter("1", properties={"Name": "/test/two"}), "User": parameter({"Ref": "Thing"})}
        )
        == "UPDATE_COMPLETE"
    )
    statuses = [(logical_id, status) for logical_id, status, _ in stack.events()]
    clean_up = statuses.index((stack.name, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"))
    assert (
        statuses.index(("User", "UPDATE_COMPLETE")) < clean_up < statuses.index(("Thing", "DELETE_COMPLETE"))
    )
    assert value_of(emulator, stack.resource("User")["PhysicalResourceId"]) == "/test/two"
    with pytest.raises(ClientError, match="ParameterNotFound"):
        value_of(emulator, "/test/one")


def test_a_custom_name_cannot_be_replaced(stack):
    def named(path: str) -> dict:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        properties = {"ManagedPolicyName": "named", "Path": path, "PolicyDocument": document}
        return {"Thing": {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}}

    stack.deploy(named("/one/"))
    assert stack.deploy(named("/two/")) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Rename named and update the stack again" in stack.reason("UPDATE_FAILED")


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("SubnetId", ("subnet-1", "subnet-2")),
        ("SecurityGroupIds", (["sg-1"], ["sg-2"])),
        ("DirectInternetAccess", ("Enabled", "Disabled")),
        ("PlatformIdentifier", ("notebook-al2-v3", "notebook-al2023-v1")),
    ],
)
def test_a_named_notebook_keeps_its_place(stack, role, key, values):
    def notebook(value) -> dict:
        place = {"SubnetId": "subnet-1", "SecurityGroupIds": ["sg-1"], key: value}
        properties = {
            "NotebookInstanceName": "named",
            "InstanceType": "ml.t3.medium",
            "RoleArn": role,
            **place,
        }
        return {"Notebook": {"Type": "AWS::SageMaker::NotebookInstance", "Properties": properties}}

    assert stack.deploy(notebook(values[0])) == "CREATE_COMPLETE", stack.failures()
    assert stack.deploy(notebook(values[1])) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Rename named and update the stack again" in stack.reason("UPDATE_FAILED")
    assert stack.delete() == "DELETE_COMPLETE"


GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 17}}
ALARM = {
    "Type": "AWS::CloudWatch::Alarm",
    "Properties": {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "MetricName": "Errors",
        "Namespace": "AWS/Lambda",
        "Period": 61,
        "Statistic": "Sum",
        "Threshold": 0,
    },
}


@pytest.mark.parametrize(
    ("thing", "path", "reason"),
    [
        (GROUP, "RetentionInDays", "17 is not one of [1, 3, 5"),
        (ALARM, "Period", "61 is not one of [10, 30, 60] or a multiple of 60"),
        (parameter("1", properties={"Wish": 1}), "Wish", "'Wish' was unexpected"),
        (parameter({"Fn::GetAtt": ["Other", "Nope"]}), "Value/Fn::GetAtt/1", "'Nope' is not one of"),
    ],
)
def test_a_change_set_fails_for_what_no_schema_allows(stack, thing, path, reason):
    body = json.dumps({"Resources": {"Thing": thing, "Other": parameter("1")}})
    name = {"StackName": stack.name, "ChangeSetName": "wrong"}
    stack.cloudformation.create_change_set(**name, ChangeSetType="CREATE", TemplateBody=body)
    described = stack.cloudformation.describe_change_set(**name)
    assert (described["Status"], described["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "AWS::EarlyValidation::PropertyValidation" in described["StatusReason"]
    # What the CDK asks next, and shows.
    (event,) = stack.cloudformation.describe_events(**name)["OperationEvents"]
    assert (event["LogicalResourceId"], event["EventType"]) == ("Thing", "VALIDATION_ERROR")
    assert event["ValidationPath"] == f"/Resources/Thing/Properties/{path}"
    assert reason in event["ValidationStatusReason"]
    with pytest.raises(ClientError, match="cannot be executed"):
        stack.cloudformation.execute_change_set(**name)


def test_a_value_that_a_reference_brings_is_checked_too(stack):
    group = {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"LogGroupName": {"Fn::Join": ["", ["a", " ", "b"]]}},
    }
    assert stack.deploy({"Thing": group}) == "ROLLBACK_COMPLETE"
    assert (
        "Properties validation failed for resource Thing with message:\n[#/LogGroupName: 'a b' does not match"
        in (stack.reason("CREATE_FAILED"))
    )


def test_what_is_not_create_only_changes_in_place(stack, emulator):
    def things(second: bool) -> dict:
        name = "two" if second else "one"
        statement = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}
        trust = {**statement, "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        del trust["Resource"]
        return {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}},
            "Policy": {
                "Type": "AWS::IAM::Policy",
                "Properties": {
                    "PolicyName": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}, "Roles": [{"Ref": "Role"}]
                },
            },
            "Topic": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"Subscription": [{"Protocol": "email", "Endpoint": f"{name}@example.org"}]},
            },
            "Other": {"Type": "AWS::SNS::Topic"},
            "TopicPolicy": {
                "Type": "AWS::SNS::TopicPolicy",
                "Properties": {
                    "PolicyDocument": {"Statement": [{**statement, "Sid": "ours", "Principal": {"AWS": "*"}}]},
                    "Topics": [{"Ref": "Other" if second else "Topic"}],
                },
            },
        }  # fmt: skip

    assert stack.deploy(things(False)) == "CREATE_COMPLETE", stack.failures()
    before = {name: stack.resource(name)["PhysicalResourceId"] for name in things(False)}
    assert stack.deploy(things(True)) == "UPDATE_COMPLETE"
    assert {name: stack.resource(name)["PhysicalResourceId"] for name in before} == before
    iam, sns = emulator.client("iam"), emulator.client("sns")
    assert iam.list_role_policies(RoleName=before["Role"])["PolicyNames"] == ["two"]
    found = sns.list_subscriptions_by_topic(TopicArn=before["Topic"])["Subscriptions"]
    assert [item["Endpoint"] for item in found] == ["two@example.org"]
    policies = {
        name: sns.get_topic_attributes(TopicArn=before[name])["Attributes"]["Policy"]
        for name in ("Topic", "Other")
    }
    assert "ours" in policies["Other"] and "ours" not in policies["Topic"]


def test_an_unchanged_template_changes_nothing(stack):
    stack.deploy({"Thing": parameter("1")})
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stack.begin({"Thing": parameter("1")})
    body = json.dumps({"Resources": {"Thing": parameter("1")}})
    stack.cloudformation.create_change_set(StackName=stack.name, ChangeSetName="same", TemplateBody=body)
    described = stack.cloudformation.describe_change_set(StackName=stack.name, ChangeSetName="same")
    assert described["Status"] == "FAILED"
    assert "didn't contain changes" in described["StatusReason"]


def test_a_stored_parameter_is_read_at_each_deployment(stack, emulator):
    ssm = emulator.client("ssm")
    ssm.put_parameter(Name="/test/stored", Type="String", Value="first")
    template = {
        "parameters": {"Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/test/stored"}},
        "resources": {"Copy": parameter({"Ref": "Stored"})},
    }
    try:
        assert stack.deploy(**template) == "CREATE_COMPLETE"
        with pytest.raises(ClientError, match="No updates"):
            stack.begin(**template)
        ssm.put_parameter(Name="/test/stored", Type="String", Value="second", Overwrite=True)
        assert stack.deploy(**template) == "UPDATE_COMPLETE"
        assert value_of(emulator, stack.resource("Copy")["PhysicalResourceId"]) == "second"
        assert stack.described()["Parameters"][0]["ResolvedValue"] == "second"
    finally:
        ssm.delete_parameter(Name="/test/stored")
    template["parameters"]["Stored"]["Default"] = "/test/absent"
    with pytest.raises(ClientError, match=r"Unable to fetch parameters \[/test/absent\]"):
        stack.begin(**template)


def test_a_creation_under_way_can_be_deleted(stack, emulator):
    stack.begin({"Made": parameter("1"), "Handle": handle(), "Wait": {**wait("Handle"), "DependsOn": "Made"}})
    emulator.wait(lambda: ("Wait", "CREATE_IN_PROGRESS", "") in stack.events())
    assert stack.delete() == "DELETE_COMPLETE"
    assert not any("Made" in entry["name"] for entry in emulator.left())


def test_an_update_under_way_can_be_cancelled_and_not_deleted(stack):
    stack.deploy({"Made": parameter("1")})
    stack.begin({"Made": parameter("2"), "Handle": handle(), "Wait": wait("Handle")})
    with pytest.raises(ClientError, match="cannot be deleted while in status UPDATE_IN_PROGRESS"):
        stack.cloudformation.delete_stack(StackName=stack.name)
    stack.cloudformation.cancel_update_stack(StackName=stack.name)
    assert stack.settled() == "UPDATE_ROLLBACK_COMPLETE"


def test_resources_are_retained_only_where_they_could_not_be_deleted(stack):
    stack.deploy({"Made": parameter("1")})
    with pytest.raises(ClientError, match="only when the stack is in the DELETE_FAILED state"):
        stack.cloudformation.delete_stack(StackName=stack.name, RetainResources=["Made"])


def test_deletes_what_is_already_gone_and_again(stack, emulator):
    stack.deploy({"Thing": parameter("1"), "Bucket": {"Type": "AWS::S3::Bucket"}})
    emulator.client("ssm").delete_parameter(Name=stack.resource("Thing")["PhysicalResourceId"])
    emulator.client("s3").delete_bucket(Bucket=stack.resource("Bucket")["PhysicalResourceId"])
    assert stack.delete() == "DELETE_COMPLETE"
    stack.cloudformation.delete_stack(StackName=stack.name)


def test_a_bucket_with_an_old_version_stays_and_says_so(stack, emulator):
    stack.deploy(
        {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"VersioningConfiguration": {"Status": "Enabled"}},
            }
        }
    )
    bucket, s3 = stack.resource("Bucket")["PhysicalResourceId"], emulator.client("s3")
    version = s3.put_object(Bucket=bucket, Key="key", Body=b"x")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="key")["VersionId"]
    assert stack.delete() == "DELETE_FAILED"
    assert "BucketNotEmpty" in stack.reason("DELETE_FAILED") or "[Bucket]" in stack.reason("DELETE_FAILED")
    for identifier in (version, marker):
        s3.delete_object(Bucket=bucket, Key="key", VersionId=identifier)
    assert stack.delete() == "DELETE_COMPLETE"


def test_retains_what_the_template_retains(stack, emulator):
    stack.deploy(
        {
            "Kept": parameter("1", properties={"Name": "/test/kept"}, DeletionPolicy="Retain"),
            "Other": parameter("2"),
        }
    )
    assert stack.delete() == "DELETE_COMPLETE"
    assert value_of(emulator, "/test/kept") == "1"
    emulator.client("ssm").delete_parameter(Name="/test/kept")


def test_an_export_in_use_can_neither_change_nor_go(stack, emulator):
    user = Stack(emulator, "importing")
    shared = {"Shared": {"Value": {"Fn::GetAtt": ["Thing", "Value"]}, "Export": {"Name": "shared"}}}
    assert stack.deploy({"Thing": parameter("1")}, shared) == "CREATE_COMPLETE"
    copies = {
        "Import": parameter({"Fn::ImportValue": "shared"}),
        "Output": parameter({"Fn::GetStackOutput": {"StackName": stack.name, "OutputName": "Shared"}}),
    }
    assert user.deploy(copies) == "CREATE_COMPLETE", user.failures()
    assert [value_of(emulator, user.resource(item)["PhysicalResourceId"]) for item in copies] == ["1", "1"]
    assert stack.deploy({"Thing": parameter("2")}, shared) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Export shared cannot be updated as it is in use by importing" in stack.reason(
        "UPDATE_ROLLBACK_IN_PROGRESS"
    )
    assert stack.delete() == "DELETE_FAILED"
    assert user.delete() == "DELETE_COMPLETE"


def test_a_change_set_names_the_properties_that_change_and_what_is_replaced(stack):
    named = {"properties": {"Name": "/test/one"}}
    assert stack.deploy({"Kept": parameter("1"), "Named": parameter("1", **named)}) == "CREATE_COMPLETE"
    renamed = {"properties": {"Name": "/test/two"}}
    body = {"Resources": {"Kept": parameter("2"), "Named": parameter("1", **renamed)}}
    stack.cloudformation.create_change_set(
        StackName=stack.name, ChangeSetName="look", TemplateBody=json.dumps(body)
    )
    found = stack.cloudformation.describe_change_set(StackName=stack.name, ChangeSetName="look")["Changes"]
    changes = {change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"] for change in found}
    targets = {name: [item["Target"] for item in change["Details"]] for name, change in changes.items()}
    assert targets == {
        "Kept": [{"Attribute": "Properties", "Name": "Value", "RequiresRecreation": "Never"}],
        "Named": [{"Attribute": "Properties", "Name": "Name", "RequiresRecreation": "Always"}],
    }
    assert {name: change["Replacement"] for name, change in changes.items()} == {
        "Kept": "False",
        "Named": "True",
    }


def test_conditions_leave_resources_out(stack):
    template = {
        "Conditions": {
            "Yes": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]},
            "No": {"Fn::Not": [{"Condition": "Yes"}]},
        },
        "resources": {
            "A": parameter({"Fn::If": ["Yes", "in", {"Ref": "B"}]}, Condition="Yes"),
            "B": parameter("out", Condition="No", properties={"Description": {"Ref": "AWS::NoValue"}}),
        },
    }
    assert stack.deploy(**template) == "CREATE_COMPLETE"
    assert {
        item["LogicalResourceId"]
        for item in stack.cloudformation.describe_stack_resources(StackName=stack.name)["StackResources"]
    } == {"A"}
