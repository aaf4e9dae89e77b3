"""The domain of a to-do service, on the standard library alone.

    errors, ids, limits, paging    definitions shared by all modules
    model/                         entities, values and their rules
    ports/                         protocols that adapters implement
    usecases/                      one module per capability
    runner                         the transaction boundary
    workspace                      Workspace, all that one user has and can do
    todo                           Todo, the facade for scripts and drivers

Nothing here reads a clock, generates random numbers, opens user files or uses a network: times and ids come
from ports. The model has no ``async``.
"""
