"""How a serving process leaves: first it says so, after a pause it stops; and it never outlives its parent.

Granian stops on SIGINT and on SIGTERM, and may hang when told twice. So its workers, where they are processes of their
own, are told by these signals: SIGTERM, to leave in order, and SIGUSR1, to leave without the pause. Either may come
again and again. Only we raise SIGINT, once; that of a terminal, which goes to a whole group, does not reach them.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

ORPHAN_SECONDS: Final = 20.0
"""What an orphan's last requests may take: nobody is left to end it by force."""


class Departure:
    """The way out of one process. Make it on the running loop, after the server has set its handlers.

    ``announce`` is called at once; the pause is for balancers: while it lasts the listener is open and readiness
    red, so that no connection is refused.
    """

    def __init__(self, announce: Callable[[], None], pause: float) -> None:
        self._announce = announce
        self._pause = pause
        self._announced = False
        self._stopped = False
        parent = multiprocessing.parent_process()
        if sys.platform == "win32" or not (pause or parent):
            return  # whoever runs us has its own way, and nothing is to be announced
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.depart)
        if parent:
            os.setpgid(0, 0)
            loop.add_signal_handler(signal.SIGUSR1, self.stop)
            loop.add_reader(parent.sentinel, self._orphaned, parent.sentinel)

    def depart(self) -> None:
        """In order: announced now, stopped after the pause."""
        if not self._announced:
            self._announced = True
            self._announce()
            asyncio.get_running_loop().call_later(self._pause, self.stop)

    def stop(self) -> None:
        """Without the pause."""
        if not self._stopped:
            self._stopped = self._announced = True
            self._announce()
            signal.raise_signal(signal.SIGINT)

    def _orphaned(self, sentinel: int) -> None:
        """The parent was killed and could not say so. This process would keep the port, and share it with the next."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(sentinel)
        loop.call_later(ORPHAN_SECONDS, os._exit, 1)
        self.stop()
