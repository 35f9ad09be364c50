"""What scripts import of sagemaker-training, the toolkit of the images: the job's environment."""
