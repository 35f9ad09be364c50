from hypothesis import settings

# A loaded machine must not fail a test; what a run finds it prints, and leaves nothing behind.
settings.register_profile("project", deadline=None, database=None, print_blob=True)
settings.load_profile("project")
