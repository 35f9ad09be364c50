"""SageMaker: jobs that really train and endpoints that really serve, in processes of this machine."""
