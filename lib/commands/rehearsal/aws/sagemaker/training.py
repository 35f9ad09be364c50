"""Training jobs: started, stopped, deleted."""

from __future__ import annotations

from typing import Any

from aws.host import Host
from aws.sagemaker.store import Item, store
from aws.sagemaker.training_job import TrainingJob
from aws.sagemaker.training_request import check
from aws.sagemaker.validation import SageMakerError, invalid


class TrainingJobs:
    """Starts and stops training jobs of one host."""

    def __init__(self, host: Host):
        self._host = host
        self._jobs: dict[str, TrainingJob] = {}

    def create(self, region: str, request: dict[str, Any]) -> Item:
        """Checks a request and starts its job."""
        check(self._host, region, request)
        item = store(region).add("training-job", request)
        self._jobs[item.arn] = TrainingJob(self._host, region, item)
        self._jobs[item.arn].start()
        return item

    def stop(self, item: Item) -> None:
        """Asks a job to stop."""
        status = item.state["TrainingJobStatus"]
        if status not in ("InProgress", "Stopping"):
            raise invalid(f"The request was rejected because the training job is in status {status}.")
        self._jobs[item.arn].stop()

    def delete(self, region: str, item: Item) -> None:
        """Deletes the record of a job that has ended."""
        if item.state["TrainingJobStatus"] in ("InProgress", "Stopping"):
            raise SageMakerError(
                "ResourceInUse", f"Training job {item.name} is in status {item.state['TrainingJobStatus']}"
            )
        store(region).remove(item)
        self._jobs.pop(item.arn, None)
