"""What putting instances into a VPC asks of a role; here they are processes of this machine, and reach what it reaches."""

from __future__ import annotations

from typing import Any

from aws.host import Session

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


def attach(role: Session, region: str, request: dict[str, Any]) -> None:
    """@raises AccessDenied where a role may not attach to the VPC that a request names"""
    if "VpcConfig" in request:
        for action in _ACTIONS:
            role.require(f"ec2:{action}", "*", region)
