"""Kill the program at every step that reaches the disk: a child process that ends there and then, nothing tidied up."""

import os
import sys
from collections.abc import Callable

REACHING_THE_DISK = ("fsync", "link", "replace", "rename", "unlink", "open", "mkdir")
FINISHED, KILLED, WRONG = 0, 9, 1


def run_until(step: int, do: Callable[[], object]) -> bool:
    """Run in a child that is killed before its n-th step, or after it where n is odd. Answers whether it was."""
    child = os.fork()
    if child == 0:
        end_at(step)
        try:
            do()
        except BaseException as fault:  # noqa: BLE001 -- told to the parent, which fails the test
            sys.stderr.write(repr(fault))
            os._exit(WRONG)
        os._exit(FINISHED)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (FINISHED, KILLED)
    return code == KILLED


def end_at(step: int) -> None:
    """End this very process at the step."""
    seen = 0

    def count() -> None:
        nonlocal seen
        if seen == step:
            os._exit(KILLED)
        seen += 1

    def around(call):
        def wrapped(*arguments, **named):
            count()
            answer = call(*arguments, **named)
            count()
            return answer

        return wrapped

    for name in REACHING_THE_DISK:
        setattr(os, name, around(getattr(os, name)))


def every_step(
    do: Callable[[], object], prepare: Callable[[], None], check: Callable[[], None], stride: int = 1
) -> int:
    """Kill at each step in turn, from a fresh start each time, and look. Answers how many steps there were."""
    for step in range(0, 10_000, stride):
        prepare()
        if not run_until(step, do):
            return step
        check()
    raise AssertionError("it never ends")
