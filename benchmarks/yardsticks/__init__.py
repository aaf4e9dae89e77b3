"""What the service is compared with: each answers the same four requests on the same tables, in one file."""
