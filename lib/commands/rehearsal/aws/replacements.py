"""What moto does otherwise than AWS in a few lines. Replaces in moto:

- `FakeBucket.get_permission`, which enforces a bucket's policy but reads no conditions, so that "deny what is not TLS" would
  deny everything: what the policy says is decided before a request reaches moto, see authorization/;
- `NetworkInterface.get_filter_value`, which finds interfaces by `group-id` alone;
- `STSBackend.assume_role`, whose keys nobody else knows, and whose roles need not exist, and
  `STSBackend.get_caller_identity`, which knows moto's keys alone;
- `iter_tagged_resources` of SageMaker, CloudFormation and EventBridge: the tagging API knows what the rehearsal keeps itself,
  and the rules that moto forgets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.cloudformation.models import CloudFormationBackend
from moto.core.resource_tagging import TaggedResource
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.events.models import EventsBackend
from moto.iam.access_control import PermissionResult
from moto.iam.models import iam_backends
from moto.s3.models import FakeBucket
from moto.sagemaker.models import SageMakerModelBackend
from moto.sts.models import AssumedRole, STSBackend

from aws.cloudformation.stacks import stacks_of
from aws.host import Host
from aws.identities import Principal
from aws.sagemaker.store import store


def install(host: Host) -> None:
    """Puts them into their places."""
    FakeBucket.get_permission = lambda *_, **__: PermissionResult.NEUTRAL
    _find_interfaces()
    _give_keys(host)
    _tell_tags()


def _find_interfaces() -> None:
    known = NetworkInterface.get_filter_value

    def value(interface: NetworkInterface, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name == "group-name":
            names = [group.name for group in interface._group_set]
            # moto compares several patterns with a text, not with the parts of a list.
            return names[0] if len(names) == 1 else names
        return known(interface, filter_name, method_name)

    NetworkInterface.get_filter_value = value


def _give_keys(host: Host) -> None:
    original, unknown = STSBackend.assume_role, STSBackend.get_caller_identity

    def assume_role(backend: STSBackend, *arguments: Any, **parameters: Any) -> AssumedRole:
        assumed = original(backend, *arguments, **parameters)
        # Raises for a role that is not there.
        iam_backends[assumed.account_id][assumed.partition].get_role_by_arn(assumed.role_arn)
        key = host.identities.key(Principal(assumed.arn, assumed.role_arn))
        assumed.access_key_id, assumed.secret_access_key = key.id, key.secret
        return assumed

    def get_caller_identity(backend: STSBackend, access_key_id: str, region: str) -> tuple[str, str, str]:
        principal = host.identities.of(access_key_id)
        if principal is None or principal.role is None:
            return unknown(backend, access_key_id, region)
        role = iam_backends[backend.account_id][backend.partition].get_role_by_arn(principal.role)
        return f"{role.id}:{principal.arn.rsplit('/', 1)[-1]}", principal.arn, backend.account_id

    STSBackend.assume_role, STSBackend.get_caller_identity = assume_role, get_caller_identity


def _tell_tags() -> None:
    others_of_sagemaker = SageMakerModelBackend.iter_tagged_resources
    others_of_events = EventsBackend.iter_tagged_resources

    def of_sagemaker(backend: SageMakerModelBackend) -> Iterator[TaggedResource]:
        yield from others_of_sagemaker(backend)
        for kind, items in store(backend.region_name).items.items():
            for item in list(items.values()):
                yield TaggedResource(arn=item.arn, tags=item.tags, resource_type=f"sagemaker:{kind}")

    def of_cloudformation(backend: CloudFormationBackend) -> Iterator[TaggedResource]:
        for stack in stacks_of(backend.region_name):
            tags = stack.target.tags if stack.target else {}
            yield TaggedResource(arn=stack.id, tags=tags, resource_type="cloudformation:stack")

    def of_events(backend: EventsBackend) -> Iterator[TaggedResource]:
        yield from others_of_events(backend)
        for bus in backend.event_buses.values():
            for rule in bus.rules.values():
                tags = backend.tagger.get_tag_dict_for_resource(rule.arn)
                yield TaggedResource(arn=rule.arn, tags=tags, resource_type="events:rule")

    SageMakerModelBackend.iter_tagged_resources = of_sagemaker
    CloudFormationBackend.iter_tagged_resources = of_cloudformation
    EventsBackend.iter_tagged_resources = of_events
