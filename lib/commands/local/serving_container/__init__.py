"""The SageMaker TensorFlow serving container's behaviour, without the container."""
