"""The containers that serve by handlers of a script (`model_fn` and the like), without the containers."""
