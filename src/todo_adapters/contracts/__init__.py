"""The contract kit: the tests that every storage adapter passes; `docs/write-a-storage-adapter.md` tells how."""
