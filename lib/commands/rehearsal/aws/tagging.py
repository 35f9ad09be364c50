"""The tagging API knows what the rehearsal keeps itself, and the rules that moto forgets.

Replaces in moto: `iter_tagged_resources` of SageMaker, CloudFormation and EventBridge.
"""

from __future__ import annotations

from collections.abc import Iterator

from moto.cloudformation.models import CloudFormationBackend
from moto.core.resource_tagging import TaggedResource
from moto.events.models import EventsBackend
from moto.sagemaker.models import SageMakerModelBackend

from aws.cloudformation.stacks import stacks_of
from aws.sagemaker.store import store


def install() -> None:
    """Lets GetResources see the rehearsal's own resources beside moto's."""
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
