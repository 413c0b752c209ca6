"""What a process that serves and does nothing else asks of the collector of garbage, and of its threads.

Packs are a million objects that stay. The collector of cycles looks through all that stays whenever a quarter as much
has come along, holding every thread up for as long as a hundred calls take; so what is loaded is set aside, once it is
loaded. A call leaves few cycles behind, so the young are looked through less often than by default.

The thread that hears the network waits for its turn whenever another thread thinks; it has several turns in a call, so
turns are shorter than by default.
"""

import gc
import sys
from typing import Final

YOUNG: Final = 10_000  # objects that may come along before the youngest are looked through; 700 is the default
OLDER: Final = 20  # times the younger are looked through before the older are
TURN: Final = 0.001  # seconds for which a thread thinks while another waits; 0.005 is the default


def settle() -> None:
    """Set what lives now aside; what was set aside before and is not used any more, as packs replaced, is let go."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, OLDER, OLDER)
    sys.setswitchinterval(TURN)
