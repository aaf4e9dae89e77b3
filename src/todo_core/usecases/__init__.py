"""What people do, one module per capability: the verbs of the service."""
