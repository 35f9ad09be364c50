"""What scripts import of sagemaker-containers, which scikit-learn's and XGBoost's images have."""
