"""Who sends? One file here is one agency; dropping a file in is all it takes to add one.

Every module of this package holds one `AGENCY`. Importing the package imports them all, so a declaration that cannot
be right is refused before anything runs.
"""

import traceback
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from pipeline.contract.declaration import Agency
from pipeline.contract.errors import DeclarationError

NO_PYTHON = (SyntaxError, ImportError, NameError, TypeError, AttributeError, ValueError, LookupError)
"""What a slip in an agency's file raises; whatever else goes wrong in it is no slip of a declaration."""


def load_agencies() -> tuple[Agency, ...]:
    """Which agencies are declared? Sorted by name; raises DeclarationError for a file without one of its name."""
    return tuple(_declared(found.name) for found in sorted(iter_modules(__path__), key=lambda found: found.name))


def _declared(name: str) -> Agency:
    """Which agency does the file of this name declare?"""
    try:
        agency = getattr(import_module(f"{__name__}.{name}"), "AGENCY", None)
    except NO_PYTHON as fault:  # its text quotes the file, which may hold anything by mistake
        what = f"{type(fault).__name__} on line {_line_of(fault, f'{name}.py')}"
        raise DeclarationError(f"the agency's file cannot be read: {what}; correct it there [{name}]") from None
    if not isinstance(agency, Agency) or agency.name != name:
        raise DeclarationError(f"an agency's file holds one AGENCY named like the file [{name}]")
    return agency


def _line_of(fault: Exception, file_name: str) -> int:
    """On which line of the agency's file did it go wrong? 1 where it did before the first."""
    if isinstance(fault, SyntaxError):
        return fault.lineno or 1
    steps = traceback.extract_tb(fault.__traceback__)
    return next((step.lineno or 1 for step in reversed(steps) if Path(step.filename).name == file_name), 1)


def agency_named(name: str) -> Agency:
    """Which declaration has this name? Raises DeclarationError for an unknown one."""
    for agency in load_agencies():
        if agency.name == name:
            return agency
    raise DeclarationError(f"no agency of that name is declared; `outreach agencies` lists them [{name}]")
