"""What is done while the next is made ready? One thing at a time, in order, and never further than one behind."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager


class Behind:
    """Does what it is handed while its caller goes on. What goes wrong comes up at the caller's next call."""

    def __init__(self, worker: ThreadPoolExecutor) -> None:
        """Begin with nothing to do."""
        self._worker = worker
        self._doing: Future[object] | None = None

    def do(self, task: Callable[[], object]) -> None:
        """Begin this, once what was begun before has ended; raises what went wrong with that, and begins nothing."""
        self.finish()
        self._doing = self._worker.submit(task)

    def finish(self) -> None:
        """Wait until all is done; raises what went wrong."""
        doing, self._doing = self._doing, None
        if doing is not None:
            doing.result()


@contextmanager
def one_behind() -> Iterator[Behind]:
    """Hand out what works one behind its caller. At the end of the block all is done; raises what went wrong."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        behind = Behind(worker)
        yield behind
        behind.finish()
