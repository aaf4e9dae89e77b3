"""The stores of the contract kit, for the programs that run on every one of them."""

from todo_adapters.contracts.conftest import store

__all__ = ["store"]
