"""How do the rows of a file come? One frozen dataclass a wire format; each has its reader in `pipeline/readers/`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from pipeline.contract import fhir_r4
from pipeline.contract.columns import check
from pipeline.contract.errors import DeclarationError


def _check_encoding(encoding: str) -> None:
    try:
        "".encode(encoding)
    except LookupError as fault:
        raise DeclarationError(f"unknown encoding [{encoding}]") from fault


@dataclass(frozen=True, kw_only=True)
class Delimited:
    """How is a delimited text file written?

    Attributes:
        delimiter, encoding: as the agency writes it, checked, never guessed.
        has_trailing_delimiter: one empty last field is part of the layout.
        is_fully_quoted: every field stands in double quotes (only matters when writing).
        line_end: how the agency ends its lines (any is read).
        value_mark: what its database puts between several values of one field (a Pick or MultiValue system: "ý" in
            Windows-1252); a row with one is set aside, because nobody can tell which value counts. None: it has none.
    """

    delimiter: str = ","
    encoding: str = "utf-8"
    has_trailing_delimiter: bool = False
    is_fully_quoted: bool = False
    line_end: str = "\n"
    value_mark: str | None = None

    def __post_init__(self) -> None:
        check(len(self.delimiter) == 1, "a delimiter is one character", self.delimiter)
        _check_encoding(self.encoding)


@dataclass(frozen=True, kw_only=True)
class FixedWidth:
    """Where does each column stand in a line? There is no header: the places are all that tells columns apart.

    Attributes:
        places: column → its first and last position, in characters counted from 1, as such layouts are printed.
        encoding: as the agency writes it, checked, never guessed.
        line_end: how the agency ends its lines (any is read).
    """

    places: Mapping[str, tuple[int, int]]
    encoding: str = "utf-8"
    line_end: str = "\n"

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", MappingProxyType(dict(self.places)))
        _check_encoding(self.encoding)
        wrong = sorted(name for name, (first, last) in self.places.items() if not 1 <= first <= last)
        check(not wrong, "a place is (first, last), counted from 1", wrong)
        order = sorted(self.places.items(), key=lambda one: one[1])
        shared = [other for (_, (_, last)), (other, (first, _)) in pairwise(order) if first <= last]
        check(not shared, "columns that share positions with the one before", shared)

    def width(self) -> int:
        """How many characters does a whole line have?"""
        return max((last for _, last in self.places.values()), default=0)


@dataclass(frozen=True, kw_only=True)
class JsonLines:
    """Where does each column stand in an object? One JSON object a line.

    Attributes:
        paths: column → names joined by dots, for what lies deeper or is called otherwise; others go by their name.
    """

    paths: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "paths", MappingProxyType(dict(self.paths)))
        wrong = sorted(name for name, path in self.paths.items() if not all(path.split(".")))
        check(not wrong, "a path is names joined by dots", wrong)


@dataclass(frozen=True)
class FhirNdjson:
    """Which FHIR R4 resource does each line hold? The flat columns are those of `fhir_r4.FLAT_COLUMNS`."""

    resource_type: str

    def __post_init__(self) -> None:
        check(self.resource_type in fhir_r4.FLAT_COLUMNS, "no reader for the resource type", self.resource_type)


@dataclass(frozen=True)
class FhirBundle:
    """Which FHIR R4 resources are read from files of Bundles? One Bundle a file, of whatever type, or one a line.

    Several feeds may name the same files, each with its own type. The flat columns are those of `FhirNdjson`.
    """

    resource_type: str

    def __post_init__(self) -> None:
        check(self.resource_type in fhir_r4.FLAT_COLUMNS, "no reader for the resource type", self.resource_type)


Format = Delimited | FixedWidth | JsonLines | FhirNdjson | FhirBundle
