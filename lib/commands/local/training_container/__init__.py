"""What SageMaker and its training toolkits give to an entry point, computed from a training job's request."""
