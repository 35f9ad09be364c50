"""Calls of functions and services are bound by the policies of their roles, as on AWS."""

import json

import boto3
import pytest
import requests
from botocore.exceptions import ClientError


@pytest.fixture
def session(emulator):
    """A role with policies, and clients that act by it."""
    iam, made = emulator.client("iam"), []

    def make(*statements: dict):
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "123456789012"}}
        role = iam.create_role(
            RoleName=f"bound-{len(made)}", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
        )["Role"]
        made.append(role["RoleName"])
        if statements:
            iam.put_role_policy(
                RoleName=role["RoleName"],
                PolicyName="own",
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
            )
        given = emulator.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="session")[
            "Credentials"
        ]
        return lambda service, region="us-east-1": boto3.client(
            service,
            region_name=region,
            endpoint_url=emulator.url,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    yield make
    for name in made:
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        iam.delete_role(RoleName=name)


def allow(action, resource="*", **condition) -> dict:
    return {
        "Effect": "Allow",
        "Action": action,
        "Resource": resource,
        **({"Condition": condition} if condition else {}),
    }


def denied(call, **parameters) -> str:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    assert refused.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    return refused.value.response["Error"]["Message"]


def test_a_denial_names_principal_action_resource_and_the_nearest_statement(emulator, session):
    client = session(allow("s3:GetObject", "arn:aws:s3:::bound/data/*"))
    message = denied(client("s3").get_object, Bucket="bound", Key="other/key")
    principal = "arn:aws:sts::123456789012:assumed-role/bound-0/session"
    assert message == (
        f"User: {principal} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::bound/other/key "
        "because no identity-based policy allows the s3:GetObject action"
    )
    told = next(
        line for line in emulator.lines() if line.get("type") == "denied" and line["principal"] == principal
    )
    assert (told["action"], told["resource"]) == ("s3:GetObject", "arn:aws:s3:::bound/other/key")
    assert "the nearest statement is bound-0/own#0" in told["reason"]


@pytest.mark.parametrize(
    "service, operation, parameters, action, resource",
    [
        ("s3", "list_objects_v2", {"Bucket": "b"}, "s3:ListBucket", "arn:aws:s3:::b"),
        ("s3", "put_object", {"Bucket": "b", "Key": "a/k"}, "s3:PutObject", "arn:aws:s3:::b/a/k"),
        ("s3", "create_multipart_upload", {"Bucket": "b", "Key": "k"}, "s3:PutObject", "arn:aws:s3:::b/k"),
        ("s3", "delete_object", {"Bucket": "b", "Key": "k"}, "s3:DeleteObject", "arn:aws:s3:::b/k"),
        ("s3", "get_bucket_tagging", {"Bucket": "b"}, "s3:GetBucketTagging", "arn:aws:s3:::b"),
        (
            "s3",
            "delete_objects",
            {"Bucket": "b", "Delete": {"Objects": [{"Key": "x"}]}},
            "s3:DeleteObject",
            "arn:aws:s3:::b/x",
        ),
        (
            "sagemaker",
            "describe_training_job",
            {"TrainingJobName": "j"},
            "sagemaker:DescribeTrainingJob",
            "arn:aws:sagemaker:us-east-1:123456789012:training-job/j",
        ),
        (
            "sagemaker-runtime",
            "invoke_endpoint",
            {"EndpointName": "e", "Body": b"{}"},
            "sagemaker:InvokeEndpoint",
            "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e",
        ),
        (
            "logs",
            "describe_log_streams",
            {"logGroupName": "/aws/g"},
            "logs:DescribeLogStreams",
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/g:*",
        ),
        (
            "logs",
            "delete_log_stream",
            {"logGroupName": "/aws/g", "logStreamName": "unet-1/algo"},
            "logs:DeleteLogStream",
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/g:log-stream:unet-1/*",
        ),
        (
            "ssm",
            "get_parameter",
            {"Name": "/unet/model"},
            "ssm:GetParameter",
            "arn:aws:ssm:us-east-1:123456789012:parameter/unet/model",
        ),
        (
            "lambda",
            "invoke",
            {"FunctionName": "f"},
            "lambda:InvokeFunction",
            "arn:aws:lambda:us-east-1:123456789012:function:f",
        ),
        (
            "cloudformation",
            "delete_stack",
            {"StackName": "s"},
            "cloudformation:DeleteStack",
            "arn:aws:cloudformation:us-east-1:123456789012:stack/s/*",
        ),
        (
            "cloudwatch",
            "set_alarm_state",
            {"AlarmName": "a", "StateValue": "OK", "StateReason": "r"},
            "cloudwatch:SetAlarmState",
            "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a",
        ),
        ("ecr", "get_authorization_token", {}, "ecr:GetAuthorizationToken", "*"),
        (
            "sagemaker-runtime",
            "invoke_endpoint_async",
            {"EndpointName": "e", "InputLocation": "s3://b/k"},
            "sagemaker:InvokeEndpointAsync",
            "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e",
        ),
    ],
)
def test_a_call_is_allowed_by_its_action_on_its_resource_alone(
    session, service, operation, parameters, action, resource
):
    right = session(allow(action, resource))(service)
    elsewhere = session(
        allow(action if resource != "*" else "s3:*", f"{resource[:-1] or 'arn:aws:s3:::'}-not"),
        allow("s3:GetBucketLocation", resource),
    )(service)
    try:
        getattr(right, operation)(**parameters)
    except ClientError as error:
        assert "not authorized" not in str(error) and "does not know" not in str(error)
    assert f"not authorized to perform: {action}" in denied(getattr(elsewhere, operation), **parameters)


@pytest.mark.parametrize(
    "service, operation, parameters, actions",
    [
        (
            "cloudformation",
            "describe_stacks",
            {},
            ["cloudformation:DescribeStacks", "cloudformation:ListStacks"],
        ),
        (
            "budgets",
            "describe_budgets",
            {"AccountId": "123456789012"},
            ["budgets:ViewBudget", "billing:GetBillingViewData"],
        ),
    ],
)
def test_a_call_that_depends_on_a_second_action_needs_both(session, service, operation, parameters, actions):
    getattr(session(*(allow(action) for action in actions))(service), operation)(**parameters)
    for given, wanted in (actions, actions[::-1]):
        call = getattr(session(allow(given))(service), operation)
        assert f"not authorized to perform: {wanted}" in denied(call, **parameters)


def test_a_prefix_condition_refuses_a_list_without_one(session):
    s3 = session(allow("s3:ListBucket", "arn:aws:s3:::b", StringLike={"s3:prefix": "*"}))("s3")
    assert "s3:ListBucket" in denied(s3.list_objects_v2, Bucket="b")
    with pytest.raises(ClientError, match="403"):
        # An answer to HEAD has no body that could say more.
        s3.head_bucket(Bucket="b")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.list_objects_v2(Bucket="b", Prefix="data/")


def test_a_role_is_handed_on_only_to_the_service_that_the_policy_names(session, role):
    request = {
        "ModelName": "m",
        "ExecutionRoleArn": role,
        "PrimaryContainer": {"Image": "i", "ModelDataUrl": "s3://b/k"},
    }
    create = allow("sagemaker:CreateModel", "arn:aws:sagemaker:*:*:model/m")
    without = session(create)("sagemaker")
    assert "iam:PassRole on resource: " + role in denied(without.create_model, **request)
    other = session(
        create, allow("iam:PassRole", role, StringEquals={"iam:PassedToService": "lambda.amazonaws.com"})
    )
    assert "iam:PassRole" in denied(other("sagemaker").create_model, **request)
    right = session(
        create, allow("iam:PassRole", role, StringEquals={"iam:PassedToService": "sagemaker.amazonaws.com"})
    )
    with pytest.raises(ClientError, match="Could not find model data"):
        right("sagemaker").create_model(**request)


def test_what_the_evaluator_does_not_know_fails_by_name(session):
    scoped = allow("rekognition:*", "arn:aws:rekognition:us-east-1:123456789012:project/p")
    message = denied(session(scoped)("rekognition").describe_projects)
    assert "the rehearsal does not know what rekognition:DescribeProjects is about" in message
    unknown = allow("s3:ListBucket", "arn:aws:s3:::b", StringEquals={"s3:unheard-of": "x"})
    assert "the condition key s3:unheard-of" in denied(session(unknown)("s3").list_objects_v2, Bucket="b")


def test_a_role_that_does_not_trust_the_caller_is_not_assumed(emulator, role):
    message = denied(emulator.client("sts").assume_role, RoleArn=role, RoleSessionName="session")
    assert f"sts:AssumeRole on resource: {role}" in message


VPC = {"VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}


def job(role: str, name: str, **more) -> dict:
    return {
        **more,
        "TrainingJobName": name,
        "RoleArn": role,
        "AlgorithmSpecification": {
            "TrainingImage": "763104351884.dkr.ecr.us-east-1.amazonaws.com/tensorflow-training:2.19.0-cpu",
            "TrainingInputMode": "File",
        },
        "OutputDataConfig": {"S3OutputPath": "s3://bound-job/jobs"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "HyperParameters": {
            "sagemaker_program": '"train.py"',
            "sagemaker_submit_directory": '"s3://bound-job/code/sourcedir.tar.gz"',
        },
    }


PULL = allow(
    ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    "arn:aws:ecr:us-east-1:763104351884:repository/tensorflow-training",
)


@pytest.mark.parametrize(
    "statements, more, reason",
    [
        ([], {}, "not authorized to perform: ecr:GetAuthorizationToken"),
        (
            [allow("ecr:GetAuthorizationToken"), allow("ecr:*", "arn:aws:ecr:*:*:repository/another")],
            {},
            "ecr:BatchCheckLayerAvailability on resource: arn:aws:ecr:us-east-1:763104351884:repository/tensorflow-training",
        ),
        (
            [allow("ecr:GetAuthorizationToken"), PULL],
            {},
            "An error occurred (403) when calling the HeadObject operation",
        ),
        (
            [
                allow("ecr:GetAuthorizationToken"),
                PULL,
                allow("s3:GetObject", "arn:aws:s3:::bound-job/data/*"),
            ],
            {},
            "An error occurred (403) when calling the HeadObject operation",
        ),
        (
            [allow("ecr:GetAuthorizationToken"), PULL],
            VPC,
            "not authorized to perform: ec2:CreateNetworkInterface",
        ),
    ],
)
def test_a_job_pulls_reads_and_enters_a_vpc_by_its_role(emulator, statements, more, reason):
    iam, s3, sagemaker = (emulator.client(service) for service in ("iam", "s3", "sagemaker"))
    s3.create_bucket(Bucket="bound-job")
    s3.put_object(Bucket="bound-job", Key="code/sourcedir.tar.gz", Body=b"")
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
    }
    role = iam.create_role(RoleName="bound-job", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))[
        "Role"
    ]
    if statements:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName="bound-job", PolicyName="own", PolicyDocument=document)
    sagemaker.create_training_job(**job(role["Arn"], "bound", **more))

    def ended():
        described = sagemaker.describe_training_job(TrainingJobName="bound")
        return described if described["TrainingJobStatus"] == "Failed" else None

    assert reason in emulator.wait(ended)["FailureReason"]
    sagemaker.delete_training_job(TrainingJobName="bound")
    if statements:
        iam.delete_role_policy(RoleName="bound-job", PolicyName="own")
    iam.delete_role(RoleName="bound-job")
    s3.delete_object(Bucket="bound-job", Key="code/sourcedir.tar.gz")
    s3.delete_bucket(Bucket="bound-job")


def told(emulator, principal: str) -> list[str]:
    lines = (line for line in emulator.lines() if line.get("type") == "denied")
    return [line["reason"] for line in lines if line["principal"] == principal]


def test_a_notebook_that_may_not_log_its_start_is_told(emulator):
    iam, sagemaker = emulator.client("iam"), emulator.client("sagemaker")
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
    }
    document = json.dumps({"Statement": [trust]})
    role = iam.create_role(RoleName="bound-notebook", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    sagemaker.create_notebook_instance_lifecycle_config(NotebookInstanceLifecycleConfigName="starts")
    named = {"NotebookInstanceName": "bound-notebook"}
    sagemaker.create_notebook_instance(
        **named, InstanceType="ml.t3.medium", RoleArn=role, LifecycleConfigName="starts"
    )
    reasons = told(emulator, "arn:aws:sts::123456789012:assumed-role/bound-notebook/SageMaker")
    assert [reason.split()[7] for reason in reasons] == [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ]
    sagemaker.stop_notebook_instance(**named)
    sagemaker.delete_notebook_instance(**named)
    sagemaker.delete_notebook_instance_lifecycle_config(NotebookInstanceLifecycleConfigName="starts")
    iam.delete_role(RoleName="bound-notebook")


def test_a_rule_reaches_a_topic_only_by_the_policy_of_the_topic(emulator):
    sns, events = emulator.client("sns"), emulator.client("events")
    topic = sns.create_topic(Name="bound-topic")["TopicArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="bound@b.c")["SubscriptionArn"]
    rule = events.put_rule(Name="bound-rule", EventPattern=json.dumps({"source": ["bound"]}))["RuleArn"]
    events.put_targets(Rule="bound-rule", Targets=[{"Id": "1", "Arn": topic, "Input": '"told"'}])

    def publish(*statements: dict) -> list[str]:
        if statements:
            document = json.dumps({"Statement": list(statements)})
            sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document)
        events.put_events(Entries=[{"Source": "bound", "DetailType": "d", "Detail": "{}"}])
        return [line["text"] for line in emulator.lines() if line.get("to") == "bound@b.c"]

    # The policy that a topic has by itself is for its own account, which EventBridge does not tell.
    assert publish() == []
    assert f"sns:Publish on resource: {topic}" in told(emulator, "events.amazonaws.com")[-1]
    own = {**allow("sns:Publish", topic), "Principal": {"Service": "events.amazonaws.com"}}
    assert publish({**own, "Condition": {"ArnEquals": {"aws:SourceArn": f"{rule}-another"}}}) == []
    assert publish({**own, "Condition": {"ArnEquals": {"aws:SourceArn": rule}}}) == ['"told"']
    # A rule of a schedule takes no other event.
    events.put_rule(Name="bound-daily", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="bound-daily", Targets=[{"Id": "1", "Arn": topic}])
    assert publish(own) == ['"told"'] * 2
    for name in ("bound-rule", "bound-daily"):
        events.remove_targets(Rule=name, Ids=["1"])
        events.delete_rule(Name=name)
    sns.unsubscribe(SubscriptionArn=subscription)
    sns.delete_topic(TopicArn=topic)


def test_an_alarm_invokes_a_function_only_by_the_policy_of_the_function(stack, emulator):
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    alarm = {
        "AlarmActions": [{"Fn::GetAtt": ["Function", "Arn"]}],
        "AlarmName": "bound-alarm",
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "MetricName": "m",
        "Namespace": "n",
        "Period": 60,
        "Statistic": "Sum",
        "Threshold": 0,
    }
    document = {"Version": "2012-10-17", "Statement": [trust]}
    code = {"ZipFile": "exports.handler = async () => 1;"}
    things = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": code, "Handler": "index.handler", "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Runtime": "nodejs22.x"
            },
        },
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
    }  # fmt: skip
    permission = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": "Function"},
        "Principal": "lambda.alarms.cloudwatch.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": ["Alarm", "Arn"]},
    }
    cloudwatch = emulator.client("cloudwatch")

    def ring() -> list[dict]:
        for state in ("OK", "ALARM"):
            cloudwatch.set_alarm_state(AlarmName="bound-alarm", StateValue=state, StateReason="because")
        name = stack.resource("Function")["PhysicalResourceId"]
        return [line for line in emulator.lines() if line.get("function") == name]

    assert stack.deploy(things) == "CREATE_COMPLETE", stack.failures()
    assert ring() == []
    assert "lambda:InvokeFunction" in told(emulator, "lambda.alarms.cloudwatch.amazonaws.com")[-1]
    let = {"Type": "AWS::Lambda::Permission", "Properties": permission}
    assert stack.deploy({**things, "Permission": let}) == "UPDATE_COMPLETE", stack.failures()
    emulator.wait(ring)


def test_a_statement_without_which_every_call_is_still_allowed_is_not_needed(emulator, session, key):
    arn, _ = key
    bound = session(
        {"Sid": "Lists", **allow("s3:ListBucket", "arn:aws:s3:::b")},
        {"Sid": "Both", **allow(["s3:GetBucketTagging", "s3:ListBucket"])},
        {"Sid": "Never", **allow("s3:PutObject")},
        {"Sid": "OfKey", **allow("kms:DescribeKey", arn)},
    )
    for call in (bound("s3").list_objects_v2, bound("s3").get_bucket_tagging):
        with pytest.raises(ClientError, match="NoSuchBucket"):
            call(Bucket="b")
    # The key's own policy leaves it to the role's, and both must allow it.
    bound("kms").describe_key(KeyId=arn)
    # Statements are told as they are when a service asks for a role, whichever.
    notebook = {"NotebookInstanceName": "n", "InstanceType": "ml.t3.medium"}
    with pytest.raises(ClientError, match="Could not assume role"):
        emulator.client("sagemaker").create_notebook_instance(
            **notebook, RoleArn="arn:aws:iam::123456789012:role/bound-0"
        )
    headers = {"Authorization": f"Bearer {emulator.key_id}"}
    told = requests.get(f"{emulator.url}/_rehearsal/decisions", headers=headers).json()
    assert {item["name"]: item["needed"] for item in told["statements"] if "Sid" in item["statement"]} == {
        "bound-0/own#Lists": False,
        "bound-0/own#Both": True,
        "bound-0/own#Never": False,
        "bound-0/own#OfKey": True,
    }


def test_a_role_makes_a_bucket_in_another_region(session):
    s3 = session(allow("s3:*"))("s3", "eu-west-1")
    s3.create_bucket(Bucket="elsewhere", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert s3.get_bucket_location(Bucket="elsewhere")["LocationConstraint"] == "eu-west-1"


def test_an_object_under_a_customers_key_needs_the_key(emulator, session):
    kms, s3 = emulator.client("kms"), emulator.client("s3")
    key = kms.create_key()["KeyMetadata"]
    s3.create_bucket(Bucket="bound-key")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}}
    s3.put_bucket_encryption(Bucket="bound-key", ServerSideEncryptionConfiguration={"Rules": [rule]})
    without = session(allow("s3:*"))("s3")
    message = denied(without.put_object, Bucket="bound-key", Key="k", Body=b"1")
    assert f"kms:GenerateDataKey on resource: {key['Arn']}" in message
    writer = session(allow("s3:*"), allow("kms:GenerateDataKey", key["Arn"]))("s3")
    writer.put_object(Bucket="bound-key", Key="k", Body=b"1")
    assert "kms:Decrypt" in denied(writer.get_object, Bucket="bound-key", Key="k")
    decrypts = allow("kms:Decrypt", key["Arn"], StringEquals={"kms:ViaService": "s3.us-east-1.amazonaws.com"})
    reader = session(allow("s3:*"), decrypts)("s3")
    assert reader.get_object(Bucket="bound-key", Key="k")["Body"].read() == b"1"
    # The key's own policy has a say: without the account in it, nobody's policies count.
    other = {**allow("kms:*"), "Principal": {"Service": "logs.amazonaws.com"}}
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=json.dumps({"Statement": [other]}))
    assert "no resource-based policy allows" in denied(reader.get_object, Bucket="bound-key", Key="k")
    s3.delete_object(Bucket="bound-key", Key="k")
    s3.delete_bucket(Bucket="bound-key")
    kms.schedule_key_deletion(KeyId=key["KeyId"])


def test_a_permissions_boundary_is_refused_by_name(emulator, session):
    allowed = session(allow("s3:*"))
    emulator.client("iam").put_role_permissions_boundary(
        RoleName="bound-0", PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    assert "does not know permissions boundaries" in denied(allowed("s3").list_buckets)


@pytest.fixture
def key(emulator):
    """A customer's key whose policy leaves all to IAM, and how its policy is replaced."""
    kms = emulator.client("kms")
    made = kms.create_key()["KeyMetadata"]

    def policy(*statements: dict) -> None:
        kms.put_key_policy(
            KeyId=made["KeyId"], PolicyName="default", Policy=json.dumps({"Statement": list(statements)})
        )

    yield made["Arn"], policy
    kms.schedule_key_deletion(KeyId=made["KeyId"])


def test_volumes_under_a_customers_key_need_a_grant(session, key):
    arn, _ = key
    attached = {"NotebookInstanceName": "n", "InstanceType": "ml.t3.medium", "KmsKeyId": arn}
    role = "arn:aws:iam::123456789012:role/none"
    statements = [allow("sagemaker:*"), allow("iam:PassRole")]
    asked = session(*statements)("sagemaker").create_notebook_instance
    assert f"kms:CreateGrant on resource: {arn}" in denied(asked, **attached, RoleArn=role)
    for condition, message in (
        ({"Bool": {"kms:GrantIsForAWSResource": "true"}}, "Could not assume role"),
        ({"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}, "kms:CreateGrant"),
    ):
        asked = session(*statements, allow("kms:CreateGrant", arn, **condition))("sagemaker")
        with pytest.raises(ClientError, match=message):
            asked.create_notebook_instance(**attached, RoleArn=role)


def test_a_log_group_under_a_customers_key_needs_the_keys_own_policy(stack, key):
    arn, policy = key
    group = {"Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/k", "KmsKeyId": arn}}}
    assert stack.deploy(group) == "ROLLBACK_COMPLETE"
    assert "is not allowed to be used with Arn" in stack.failures()[0][2]
    stack.delete()
    group_arn = {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:/k"}
    service = {"Principal": {"Service": "logs.us-east-1.amazonaws.com"}}
    policy({**allow("kms:*"), **service, "Condition": {"ArnEquals": group_arn}})
    assert stack.deploy(group) == "CREATE_COMPLETE"


def test_a_topic_under_a_customers_key_needs_the_key(emulator, session, key):
    arn, policy = key
    topic = emulator.client("sns").create_topic(Name="t", Attributes={"KmsMasterKeyId": arn})["TopicArn"]
    sends = {"TopicArn": topic, "Message": "m"}
    without = session(allow("sns:Publish"))("sns").publish
    with pytest.raises(ClientError, match="kms:GenerateDataKey on resource"):
        without(**sends)
    session(allow("sns:Publish"), allow(["kms:GenerateDataKey*", "kms:Decrypt"], arn))("sns").publish(**sends)
    emulator.client("sns").delete_topic(TopicArn=topic)


def test_a_condition_on_a_resources_tags_is_refused_by_name(emulator, session):
    tagged = allow("sagemaker:DescribeEndpoint", StringEquals={"aws:ResourceTag/project": "unet"})
    message = denied(session(tagged)("sagemaker").describe_endpoint, EndpointName="e")
    assert "the rehearsal does not know the condition key aws:ResourceTag/project" in message


def test_a_key_is_made_by_the_makers_own_policies_and_then_has_a_say(session, key):
    arn, policy = key
    kms = session(allow(["kms:CreateKey", "kms:DescribeKey"]))("kms")
    made = kms.create_key()["KeyMetadata"]
    kms.describe_key(KeyId=made["KeyId"])
    policy({**allow("kms:*"), "Principal": {"Service": "logs.amazonaws.com"}})
    assert "no resource-based policy allows" in denied(kms.describe_key, KeyId=arn)
    assert "kms:ScheduleKeyDeletion" in denied(kms.schedule_key_deletion, KeyId=made["KeyId"])


def test_what_a_function_fails_on_for_good_goes_to_its_topic(stack, emulator):
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
    publishes = {
        "PolicyName": "p",
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow("sns:Publish", {"Ref": "Topic"})]},
    }

    def things(*policies: dict) -> dict:
        role = {"AssumeRolePolicyDocument": {"Statement": [trust]}, "Policies": list(policies)}
        mail = {"Protocol": "email", "Endpoint": "dead@b.c"}
        function = {
            "Code": {"ZipFile": "exports.handler = async () => { throw new Error('no'); };"},
            "DeadLetterConfig": {"TargetArn": {"Ref": "Topic"}},
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Runtime": "nodejs22.x",
        }
        return {
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Subscription": [mail]}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        }

    assert stack.deploy(things()) == "ROLLBACK_COMPLETE"
    assert any("permissions to call Publish on SNS" in reason for _, _, reason in stack.failures())
    stack.delete()
    assert stack.deploy(things(publishes)) == "CREATE_COMPLETE", stack.failures()
    name = stack.resource("Function")["PhysicalResourceId"]
    emulator.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=b'{"a": 1}')
    mails = emulator.wait(lambda: [line for line in emulator.lines() if line.get("to") == "dead@b.c"])
    assert [mail["text"] for mail in mails] == ['{"a": 1}']
    runs = [line["status"] for line in emulator.lines() if line.get("function") == name]
    assert runs.count("FAILED") == 3
