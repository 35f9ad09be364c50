"""AWS::EC2: security groups and their rules. A VPC or a group that no stack made is the account's own, and taken for there."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from aws.cloudformation.handler import Handler, Operation, gone

#: The rules of a group that says none, by the direction of their traffic.
_DEFAULTS: dict[str, list[dict[str, Any]]] = {
    "ingress": [],
    "egress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
}
#: Who is at the other end of a rule, and how EC2's API says it.
_PEERS = {
    "CidrIp": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
    "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
    "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
}


def _permission(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule as EC2's API has it."""
    described = {"Description": rule["Description"]} if "Description" in rule else {}
    permission = {key: rule[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in rule}
    for key, (ranges, name) in _PEERS.items():
        if key in rule:
            permission[ranges] = [{name: rule[key], **described}]
    return permission


def _change(operation: Operation, verb: str, direction: str, group: str, rule: dict[str, Any]) -> str:
    """Adds a rule to a group, or takes it away; its id."""
    try:
        answer = operation.call(
            "ec2",
            f"{verb}_security_group_{direction}",
            GroupId=group,
            IpPermissions=[_permission(rule)],
        )
    except ClientError as error:
        # A group of the account's own, or a rule that is gone.
        if not gone(error):
            raise
        return operation.name()
    return next((item["SecurityGroupRuleId"] for item in answer.get("SecurityGroupRules", [])), "")


class SecurityGroup(Handler):
    """A security group."""

    properties = frozenset(
        {"GroupDescription", "GroupName", "SecurityGroupEgress", "SecurityGroupIngress", "Tags", "VpcId"}
    )
    name_property = "GroupName"
    longest_name = 255

    def create(self, operation: Operation) -> str:
        group = operation.call(
            "ec2",
            "create_security_group",
            GroupName=self.identify(operation),
            Description=operation.properties["GroupDescription"],
            VpcId=operation.properties.get("VpcId"),
        )["GroupId"]
        self.modify(operation.of(group))
        return group

    def modify(self, operation: Operation) -> None:
        group = operation.physical_id
        for direction, default in _DEFAULTS.items():
            key = f"SecurityGroup{direction.title()}"
            wanted, known = (which.get(key) or default for which in (operation.properties, operation.old))
            for verb, rules, others in (("revoke", known, wanted), ("authorize", wanted, known)):
                for rule in rules:
                    if rule not in others:
                        _change(operation, verb, direction, group, rule)
        tags = {"Resources": [group], "Tags": operation.tags()}
        if operation.old:
            operation.call("ec2", "delete_tags", Resources=[group])
        if tags["Tags"]:
            operation.call("ec2", "create_tags", **tags)

    def delete(self, operation: Operation) -> None:
        operation.call("ec2", "delete_security_group", GroupId=operation.physical_id)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        group = operation.physical_id
        described = operation.call("ec2", "describe_security_groups", GroupIds=[group])
        return {"GroupId": group, "Id": group, "VpcId": described["SecurityGroups"][0]["VpcId"]}


class SecurityGroupRule(Handler):
    """A rule that stands beside its group."""

    def __init__(self, direction: str, peer: str):
        self._direction = direction
        self.properties = frozenset(
            {
                "CidrIp", "CidrIpv6", "Description", "FromPort", "GroupId", "IpProtocol", "ToPort",
                f"{peer}PrefixListId", f"{peer}SecurityGroupId",
            }
        )  # fmt: skip

    def create(self, operation: Operation) -> str:
        return self._change(operation, "authorize", operation.properties)

    def modify(self, operation: Operation) -> None:
        self._change(operation, "revoke", operation.old)
        self._change(operation, "authorize", operation.properties)

    def delete(self, operation: Operation) -> None:
        self._change(operation, "revoke", operation.properties)

    def _change(self, operation: Operation, verb: str, rule: dict[str, Any]) -> str:
        return _change(operation, verb, self._direction, rule["GroupId"], rule)

    def attributes(self, operation: Operation) -> dict[str, Any]:
        return {"Id": operation.physical_id}
