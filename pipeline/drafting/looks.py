"""Which format have files of one kind? Every format that can be drafted is named here; `others.py` has the rest."""

from collections.abc import Callable, Sequence

from pipeline.contract.errors import SettingError
from pipeline.drafting.fhir_bundles import look_bundles
from pipeline.drafting.hl7_messages import look_hl7
from pipeline.drafting.others import why_not
from pipeline.drafting.wire import Wire, look_delimited, look_json, look_json_document
from pipeline.drafting.xml_documents import look_xml
from pipeline.readers import FileUnreadable

MESSAGES: tuple[Callable[[Sequence[bytes]], tuple[Wire, ...]], ...] = (look_xml, look_hl7, look_bundles)
"""Formats that say themselves what they are; one may hold the rows of several feeds."""

TABLES: tuple[Callable[[Sequence[bytes]], Wire | None], ...] = (look_json, look_json_document, look_delimited)
"""Formats that are told by trying, the strictest first."""


def look(contents: Sequence[bytes], name: str) -> tuple[Wire, ...]:
    """Which format have these files of one kind, once for each feed? Raises SettingError, with what to do."""
    if told := why_not(contents[0]):
        raise SettingError(f"{told} [{name}]")
    for each in MESSAGES:
        try:
            if wires := each(contents):
                return wires
        except FileUnreadable as fault:
            raise SettingError(f"{fault} [{name}]") from None
    for one in TABLES:
        if (wire := one(contents)) is not None:
            return (wire,)
    raise SettingError(f"no delimiter, JSON or header was found; for fixed-width text give --layout [{name}]")
