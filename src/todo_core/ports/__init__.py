"""Protocols for what the domain needs from outside. Adapters implement them without inheriting from them.

Conventions: what the owner does not have is ``NotFound``, whether or not another owner has it. A failure of the
resource is ``Unavailable`` if nothing happened and ``OutcomeUnknown`` if it may have. Times are aware and in UTC.
"""
