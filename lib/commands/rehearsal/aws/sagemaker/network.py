"""What putting instances into a VPC asks of a role; here they are processes of this machine, and reach what it reaches."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from aws.host import Session
from aws.identities import ACCOUNT

#: Source: "Give SageMaker AI hosted endpoints access to resources in your Amazon VPC", and the execution roles of the developer guide.
_ACTIONS = (
    "CreateNetworkInterface",
    "CreateNetworkInterfacePermission",
    "DeleteNetworkInterface",
    "DeleteNetworkInterfacePermission",
    "DescribeNetworkInterfaces",
    "DescribeVpcs",
    "DescribeDhcpOptions",
    "DescribeSubnets",
    "DescribeSecurityGroups",
)


def attach(role: Session, request: dict[str, Any]) -> None:
    """@raises AccessDenied where a role may not attach to the VPC that a request names"""
    if "VpcConfig" in request:
        for action in _ACTIONS:
            role.require(f"ec2:{action}", "*")


def closed(region: str, request: dict[str, Any]) -> str | None:
    """Why the instances of a job cannot reach each other, if they cannot. A group that no stack made is taken for open.

    Source: "Give SageMaker AI Training Jobs Access to Resources in Your Amazon VPC", of jobs with several instances.
    """
    groups = request.get("VpcConfig", {}).get("SecurityGroupIds", [])
    known = {
        key: group for vpc in ec2_backends[ACCOUNT][region].groups.values() for key, group in vpc.items()
    }
    rules = [rule for key in groups if key in known for rule in known[key].ingress_rules]
    if (
        request["ResourceConfig"].get("InstanceCount", 1) == 1
        or not all(key in known for key in groups)
        or any(rule.ip_range or rule.source_group.get("GroupId") in groups for rule in rules)
        or not groups
    ):
        return None
    return (
        f"ClientError: the instances of the job cannot reach each other: none of the security groups {', '.join(groups)} "
        "lets its own members in"
    )
