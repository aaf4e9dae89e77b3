"""The domain of a to-do service, on the standard library alone.

    errors, ids, limits, paging, partial    the words that everything else uses
    model/                                  what a task, a due date, a user, a login session is
    ports/                                  what the domain needs from outside, as protocols
    usecases/                               what people do, one module per capability
    runner                                  the one transaction boundary
    front                                   Todo: what a script or a driver holds in its hand

Nothing here reads a clock, makes a random number, opens a file of the user's or talks to a network:
times and ids come in through ports, and the model has no ``async``.
"""
