"""What the domain needs from outside. Adapters fulfil these protocols without inheriting from them.

Conventions: what an owner does not have is ``NotFound``, whoever else may have it; a failure of the resource
itself is ``Unavailable`` when nothing happened and ``OutcomeUnknown`` when it may have; times are aware and in UTC.
"""
