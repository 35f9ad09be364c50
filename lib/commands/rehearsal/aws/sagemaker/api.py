"""SageMaker's API: what a rehearsal carries out itself; the rest is moto's."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError
from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.responses import SageMakerResponse

from aws.host import Host
from aws.sagemaker import objects
from aws.sagemaker.endpoints import Endpoints
from aws.sagemaker.notebooks import NotebookActions
from aws.sagemaker.store import Item
from aws.sagemaker.training import TrainingJobs
from aws.sagemaker.training_request import session_of
from aws.sagemaker.validation import check, invalid

#: Families whose instances have storage of their own.
_LOCAL_STORAGE = re.compile(r"ml\.(g4dn|g5|g6e?|p4de?|p5e?n?|[cmr]\d+g?[adin]*d[n]*|trn\d\w*)\.")
_NOT_FOUND = "Requested resource not found."


class SageMakerApi(NotebookActions, SageMakerResponse):
    """Models, endpoints, training jobs and notebook instances in the place of moto's."""

    host: Host
    jobs: TrainingJobs
    endpoints: Endpoints

    # Models

    def create_model(self) -> ActionResult:
        request = self._request
        check("CreateModel", request)
        role = session_of(self.host, request["ExecutionRoleArn"])
        containers = (
            [request["PrimaryContainer"]] if "PrimaryContainer" in request else request.get("Containers", [])
        )
        if len(containers) != 1 or "ModelDataUrl" not in containers[0]:
            raise invalid("the rehearsal knows models of one container with a ModelDataUrl only")
        uri = containers[0]["ModelDataUrl"]
        try:
            found = objects.exists(role, self.region, uri)
        except ClientError:
            raise invalid(
                f'Could not access model data at {uri}. Please ensure that the role "{request["ExecutionRoleArn"]}" exists, '
                "that its trust relationship policy allows sagemaker.amazonaws.com to assume it, and that it has "
                "s3:GetObject permissions."
            ) from None
        if not found:
            raise invalid(f"Could not find model data at {uri}.")
        item = self._store.add(
            "model", request["ModelName"], request, 'Cannot create already existing model "{arn}".'
        )
        item.state["ModelArn"] = item.arn
        return ActionResult({"ModelArn": item.arn})

    def _model(self) -> Item:
        return self._store.get("model", self._request["ModelName"], 'Could not find model "{arn}".')

    def describe_model(self) -> ActionResult:
        return ActionResult(self._model().described())

    def delete_model(self) -> ActionResult:
        self._store.remove(self._model())
        return EmptyResult()

    def list_models(self) -> ActionResult:
        return self._listed("model", "Models", "ModelName", "ModelArn")

    # Endpoint configurations

    def create_endpoint_config(self) -> ActionResult:
        request = self._request
        check("CreateEndpointConfig", request)
        if "NotificationConfig" in request.get("AsyncInferenceConfig", {}).get("OutputConfig", {}):
            raise invalid("the rehearsal does not know NotificationConfig of AsyncInferenceConfig")
        kind = "AsyncInferenceConfig" if "AsyncInferenceConfig" in request else "ServerlessConfig"
        if "DataCaptureConfig" in request and (
            kind in request or any(kind in variant for variant in request["ProductionVariants"])
        ):
            raise invalid(f"DataCaptureConfig is not supported with {kind}")
        for variant in request["ProductionVariants"]:
            self._refuse_of_a_variant(request, variant)
            memory = variant.get("ServerlessConfig", {}).get("MemorySizeInMB", 1024)
            if memory % 1024:
                raise invalid(f"MemorySizeInMB {memory} must be one of 1024, 2048, 3072, 4096, 5120, 6144")
        name, taken = (
            request["EndpointConfigName"],
            'Cannot create already existing endpoint configuration "{arn}".',
        )
        item = self._store.add("endpoint-config", name, request, taken)
        item.state["EndpointConfigArn"] = item.arn
        return ActionResult({"EndpointConfigArn": item.arn})

    def _refuse_of_a_variant(self, request: dict[str, Any], variant: dict[str, Any]) -> None:
        """What a kind of instance, or none, cannot have. Source: SageMaker's developer guide, and its API reference."""
        model = self._store.get(
            "model", variant.get("ModelName", ""), 'Could not find model "{arn}".'
        ).request
        if "ServerlessConfig" in variant:
            refused = [key for key in ("VpcConfig", "EnableNetworkIsolation") if model.get(key)]
            if refused:
                raise invalid(f"{' and '.join(refused)} of a model is not supported for serverless inference")
        kind = variant.get("InstanceType", "")
        if _LOCAL_STORAGE.match(kind):
            for key, value in (
                ("VolumeSizeInGB", variant.get("VolumeSizeInGB")),
                ("KmsKeyId", request.get("KmsKeyId")),
            ):
                if value is not None:
                    raise invalid(
                        f"{key} is not supported for the instance type {kind}, which has storage of its own"
                    )

    def _endpoint_config(self) -> Item:
        return self._store.get(
            "endpoint-config",
            self._request["EndpointConfigName"],
            'Could not find endpoint configuration "{arn}".',
        )

    def describe_endpoint_config(self) -> ActionResult:
        return ActionResult(self._endpoint_config().described())

    def delete_endpoint_config(self) -> ActionResult:
        self._store.remove(self._endpoint_config())
        return EmptyResult()

    def list_endpoint_configs(self) -> ActionResult:
        return self._listed("endpoint-config", "EndpointConfigs", "EndpointConfigName", "EndpointConfigArn")

    # Endpoints

    def create_endpoint(self) -> ActionResult:
        check("CreateEndpoint", self._request)
        return ActionResult({"EndpointArn": self.endpoints.create(self.region, self._request).arn})

    def _endpoint(self) -> Item:
        return self._store.get("endpoint", self._request["EndpointName"], 'Could not find endpoint "{arn}".')

    def describe_endpoint(self) -> ActionResult:
        return ActionResult(self._endpoint().described())

    def update_endpoint(self) -> ActionResult:
        check("UpdateEndpoint", self._request)
        item = self._endpoint()
        self.endpoints.update(self.region, item, self._request)
        return ActionResult({"EndpointArn": item.arn})

    def delete_endpoint(self) -> ActionResult:
        self.endpoints.delete(self.region, self._endpoint())
        return EmptyResult()

    def list_endpoints(self) -> ActionResult:
        return self._listed("endpoint", "Endpoints", "EndpointName", "EndpointArn", "EndpointStatus")

    # Training jobs

    def create_training_job(self) -> ActionResult:
        return ActionResult({"TrainingJobArn": self.jobs.create(self.region, self._request).arn})

    def _training_job(self) -> Item:
        return self._store.get("training-job", self._request["TrainingJobName"], _NOT_FOUND)

    def describe_training_job(self) -> ActionResult:
        return ActionResult(self._training_job().described())

    def stop_training_job(self) -> ActionResult:
        self.jobs.stop(self._training_job())
        return EmptyResult()

    def delete_training_job(self) -> ActionResult:
        self.jobs.delete(self.region, self._training_job())
        return EmptyResult()

    def list_training_jobs(self) -> ActionResult:
        keys = (
            "TrainingJobName",
            "TrainingJobArn",
            "TrainingJobStatus",
            "SecondaryStatus",
            "TrainingEndTime",
        )
        return self._listed("training-job", "TrainingJobSummaries", *keys)

    # Tags

    def list_tags(self) -> ActionResult:
        item = self._store.by_arn(self._request["ResourceArn"])
        if item is None:
            return super().list_tags()
        return ActionResult({"Tags": [{"Key": key, "Value": value} for key, value in item.tags.items()]})

    def add_tags(self) -> ActionResult:
        item = self._store.by_arn(self._request["ResourceArn"])
        if item is None:
            return super().add_tags()
        item.tags.update({tag["Key"]: tag["Value"] for tag in self._request["Tags"]})
        return self.list_tags()

    def delete_tags(self) -> ActionResult:
        item = self._store.by_arn(self._request["ResourceArn"])
        if item is None:
            return super().delete_tags()
        for key in self._request["TagKeys"]:
            item.tags.pop(key, None)
        return EmptyResult()
