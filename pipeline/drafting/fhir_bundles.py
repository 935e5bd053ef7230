"""Which feeds read these FHIR Bundles? One for each type of resource in them that there is a reader for."""

from collections import Counter
from collections.abc import Sequence
from io import BytesIO

import ijson

from pipeline.contract import fhir_r4
from pipeline.contract.formats import FhirBundle
from pipeline.drafting.kinds import bare, is_bundle
from pipeline.drafting.wire import Wire
from pipeline.readers import FileUnreadable

_TYPE = "entry.item.resource.resourceType"


def look_bundles(contents: Sequence[bytes]) -> tuple[Wire, ...]:
    """Are they FHIR Bundles, and which feeds read them? Empty where they are none.

    Raises:
        FileUnreadable: they hold no resource that there is a reader for.
    """
    if not is_bundle(bare(contents[0])):
        return ()
    counts: Counter[str] = Counter()
    for content in contents:
        counts += _types_in(content)
    found = [kind for kind in fhir_r4.FLAT_COLUMNS if counts[kind]]
    others = sum(kind not in fhir_r4.FLAT_COLUMNS for kind in counts)
    if not found:
        what = "the Bundle holds no resource of a type that is read"
        raise FileUnreadable(f"{what}; ask for {', '.join(fhir_r4.FLAT_COLUMNS)}", 0)
    told = (f"{others} more types of resources have no feed; {', '.join(fhir_r4.FLAT_COLUMNS)} are read",)
    return tuple(
        Wire(
            FhirBundle(kind),
            fhir_r4.FLAT_COLUMNS[kind],
            told if others and kind == found[0] else (),
            name=f"{kind.lower()}s",
            version_column=fhir_r4.LAST_UPDATED,
        )
        for kind in found
    )


def _types_in(content: bytes) -> Counter[str]:
    """How many entries hold which type of resource? Of half a Bundle, as far as it goes."""
    counts: Counter[str] = Counter()
    try:
        for prefix, _, value in ijson.parse(BytesIO(content), multiple_values=True):
            if prefix == _TYPE and isinstance(value, str):
                counts[value] += 1
    except (ijson.JSONError, UnicodeError):
        pass  # the reader says what is wrong with it
    return counts
