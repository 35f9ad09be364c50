"""Who may do what: every call is decided by the policies of the identity that makes it, as IAM decides."""
