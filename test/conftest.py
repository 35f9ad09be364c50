import os

from hypothesis import settings

# A loaded machine must not fail a test; what a run finds it prints, and leaves nothing behind.
settings.register_profile("project", deadline=None, database=None, print_blob=True)
settings.load_profile("project")

# What costs seconds of each process that synthesizes is for the tests that are about it.
os.environ["CDK_VALIDATION"] = "false"


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "drill: takes long because what it proves takes long; `npm run drills`"
    )
