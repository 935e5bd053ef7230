"""Who sends? One file here is one agency; dropping a file in is all it takes to add one.

Every module of this package holds one `AGENCY`. Importing the package imports them all, so a declaration that cannot
be right is refused before anything runs.
"""

from importlib import import_module
from pkgutil import iter_modules

from pipeline.contract.declaration import Agency
from pipeline.contract.errors import DeclarationError


def load_agencies() -> tuple[Agency, ...]:
    """Which agencies are declared? Sorted by name; raises DeclarationError for a file without one of its name."""
    agencies = []
    for module in sorted(iter_modules(__path__), key=lambda found: found.name):
        agency = getattr(import_module(f"{__name__}.{module.name}"), "AGENCY", None)
        if not isinstance(agency, Agency) or agency.name != module.name:
            raise DeclarationError(f"an agency's file holds one AGENCY named like the file [{module.name}]")
        agencies.append(agency)
    return tuple(agencies)


def agency_named(name: str) -> Agency:
    """Which declaration has this name? Raises DeclarationError for an unknown one."""
    for agency in load_agencies():
        if agency.name == name:
            return agency
    raise DeclarationError(f"no agency of that name is declared; `outreach agencies` lists them [{name}]")
