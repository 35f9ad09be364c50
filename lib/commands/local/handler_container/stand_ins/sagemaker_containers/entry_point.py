"""What scripts import before they train on several instances."""


def _wait_hostname_resolution() -> None:
    """Nothing to wait for: there is one instance here."""
