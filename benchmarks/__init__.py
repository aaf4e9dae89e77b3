"""What the service can do, measured beside what it is compared with: `make bench`."""
