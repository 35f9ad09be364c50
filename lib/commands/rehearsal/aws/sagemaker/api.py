"""SageMaker's API: what a rehearsal carries out itself; the rest is moto's."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError
from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.responses import SageMakerResponse

from aws.host import Host
from aws.sagemaker import objects
from aws.sagemaker.endpoints import Endpoint
from aws.sagemaker.notebooks import NotebookActions
from aws.sagemaker.training_job import TrainingJob
from aws.sagemaker.training_request import check, session_of
from aws.sagemaker.validation import SageMakerError, invalid

#: The states of a training job that has not ended.
_RUNNING = ("InProgress", "Stopping")
#: Families whose instances have storage of their own.
_LOCAL_STORAGE = re.compile(r"ml\.(g4dn|g5|g6e?|p4de?|p5e?n?|[cmr]\d+g?[adin]*d[n]*|trn\d\w*)\.")


class SageMakerApi(NotebookActions, SageMakerResponse):
    """Models, endpoints, training jobs and notebook instances in the place of moto's."""

    host: Host

    def create_model(self) -> ActionResult:
        request = self._checked
        role = session_of(self.host, request["ExecutionRoleArn"], self.region)
        containers = (
            [request["PrimaryContainer"]] if "PrimaryContainer" in request else request.get("Containers", [])
        )
        if len(containers) != 1 or "ModelDataUrl" not in containers[0]:
            raise invalid("the rehearsal knows models of one container with a ModelDataUrl only")
        uri = containers[0]["ModelDataUrl"]
        try:
            found = objects.exists(role.client("s3"), uri)
        except ClientError:
            raise invalid(
                f'Could not access model data at {uri}. Please ensure that the role "{request["ExecutionRoleArn"]}" exists, '
                "that its trust relationship policy allows sagemaker.amazonaws.com to assume it, and that it has "
                "s3:GetObject permissions."
            ) from None
        if not found:
            raise invalid(f"Could not find model data at {uri}.")
        return ActionResult({"ModelArn": self._store.add("model", request).arn})

    def create_endpoint_config(self) -> ActionResult:
        request = self._checked
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
        return ActionResult({"EndpointConfigArn": self._store.add("endpoint-config", request).arn})

    def _refuse_of_a_variant(self, request: dict[str, Any], variant: dict[str, Any]) -> None:
        """What a kind of instance, or none, cannot have. Source: SageMaker's developer guide, and its API reference."""
        model = self._store.get("model", variant.get("ModelName", "")).request
        if "ServerlessConfig" in variant:
            refused = [key for key in ("VpcConfig", "EnableNetworkIsolation") if model.get(key)]
            if refused:
                raise invalid(f"{' and '.join(refused)} of a model is not supported for serverless inference")
        kind = variant.get("InstanceType", "")
        for key in {"VolumeSizeInGB", "KmsKeyId"} & {*variant, *request}:
            if _LOCAL_STORAGE.match(kind):
                raise invalid(
                    f"{key} is not supported for the instance type {kind}, which has storage of its own"
                )

    def create_endpoint(self) -> ActionResult:
        request = self._checked
        # It raises where there is none.
        self._store.get("endpoint-config", request["EndpointConfigName"])
        item = self._store.add("endpoint", request)
        item.work = Endpoint(self.host, self.region, item)
        item.work.create()
        return ActionResult({"EndpointArn": item.arn})

    def update_endpoint(self) -> ActionResult:
        request, item = self._checked, self._found("endpoint")
        item.work.update(request)
        return ActionResult({"EndpointArn": item.arn})

    def delete_endpoint(self) -> ActionResult:
        item = self._found("endpoint")
        self._store.remove(item)
        item.work.delete()
        return EmptyResult()

    def create_training_job(self) -> ActionResult:
        request = self._checked
        check(self.host, self.region, request)
        item = self._store.add("training-job", request)
        item.work = TrainingJob(self.host, self.region, item)
        item.work.start()
        return ActionResult({"TrainingJobArn": item.arn})

    def stop_training_job(self) -> ActionResult:
        item = self._found("training-job")
        status = item.state["TrainingJobStatus"]
        if status not in _RUNNING:
            raise invalid(f"The request was rejected because the training job is in status {status}.")
        item.work.stop()
        return EmptyResult()

    def delete_training_job(self) -> ActionResult:
        item = self._found("training-job")
        status = item.state["TrainingJobStatus"]
        if status in _RUNNING:
            raise SageMakerError("ResourceInUse", f"Training job {item.name} is in status {status}")
        self._store.remove(item)
        return EmptyResult()

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
