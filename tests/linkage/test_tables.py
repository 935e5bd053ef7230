"""Which files can be read, and what is said of those that cannot?"""

from __future__ import annotations

import contextlib
import csv
import doctest
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linkage import tables
from linkage.delimited import CODED, TableError
from linkage.normalize import FIELDS
from linkage.tables import read_people, read_records, read_table

SECRET = "Secretson"


def written(folder: Path, content: str | bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def error_of(path: Path, *mappings: str) -> str:
    """What is said of this file? One line that holds no value of a record."""
    with pytest.raises(TableError) as caught:
        read_people(path, list(mappings))
    told = str(caught.value)
    assert len(told.splitlines()) == 1
    assert SECRET not in told
    return told


def test_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(tables).failed == 0


@pytest.mark.parametrize(
    "content",
    [
        "record_id,last_name\n1,Lee\n2,\n",
        "record_id,last_name\r\n1,Lee\r\n2,\r\n",
        b"\xef\xbb\xbfrecord_id,last_name\n1,Lee\n2,\n",
        "record_id,last_name\n1,Lee\n2,\n".encode("utf-16"),
        b"\xfe\xff" + "record_id,last_name\n1,Lee\n2,\n".encode("utf-16-be"),
        'record_id,last_name\n1,Lee\n2,""',
        "\n\nrecord_id,last_name\n\n1,Lee\n\n2,\n\n",
        "record_id;last_name\n1;Lee\n2;\n",
        "record_id\tlast_name\n1\tLee\n2\t\n",
        " record_id, last_name\n 1,Lee\n2 ,\n",
        "RECORD_ID,Last_Name\n1,Lee\n2,\n",
        "last_name,colour,record_id\nLee,red,1\n,,2\n",
        '"record_id","last_name"\n"1","Lee"\n"2",\n',
        " \nrecord_id,last_name\n1,Lee\n2,\n",
        'record_id,"last\nname",last_name\n1,x,Lee\n2,,\n',
    ],
)
def test_one_table_written_many_ways(tmp_path: Path, content: str | bytes) -> None:
    people = read_people(written(tmp_path, content), [])
    assert people.to_pydict() == {"record_id": ["1", "2"], "last_name": ["Lee", None]}
    assert all(people[name].type == (CODED if name in FIELDS else pa.string()) for name in people.column_names)


def test_quoted_line_breaks_quotes_and_delimiters_belong_to_the_value(tmp_path: Path) -> None:
    people = read_people(written(tmp_path, 'record_id,"last_name"\n1,"Lee, ""Al""\nJr"\n2,Fox\n'), [])
    assert people["last_name"].to_pylist() == ['Lee, "Al"\nJr', "Fox"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8), min_size=1, max_size=5))
def test_what_pandas_writes_is_read_again(tmp_path: Path, names: list[str]) -> None:
    records = pd.DataFrame({"record_id": [f"r{i}" for i in range(len(names))], "last_name": names, "city": "Olathe"})
    records.to_csv(tmp_path / "people.csv", index=False, quoting=csv.QUOTE_NONNUMERIC)
    people = read_people(tmp_path / "people.csv", [])
    assert people["last_name"].to_pylist() == [name or None for name in names]


def test_a_single_quotation_mark_inside_a_value_is_one(tmp_path: Path) -> None:
    people = read_people(written(tmp_path, 'record_id,last_name\n1,O"Neil\n2,Fox\n'), [])
    assert people["last_name"].to_pylist() == ['O"Neil', "Fox"]


def test_numbers_as_text_keep_their_zeros(tmp_path: Path) -> None:
    people = read_people(written(tmp_path, "record_id,postcode,ssn\n007,05845,012341234\n"), [])
    assert people.to_pylist() == [{"record_id": "007", "ssn": "012341234", "postcode": "05845"}]


def test_a_header_alone_is_a_table_of_nobody(tmp_path: Path) -> None:
    people = read_people(written(tmp_path, "record_id,last_name\n"), [])
    assert (people.num_rows, people.column_names) == (0, ["record_id", "last_name"])


def test_feed_and_truth_are_kept_and_columns_stand_in_one_order(tmp_path: Path) -> None:
    people = read_people(written(tmp_path, "person_truth,source,x,last_name,record_id\np,s,x,Lee,1\n"), [])
    assert people.column_names == ["record_id", "last_name", "source", "person_truth"]


def test_parquet_of_any_types(tmp_path: Path) -> None:
    rows = {"record_id": [1, 2], "birth_date": [date(1984, 3, 5), None], "postcode": [66061.0, None], "other": [1, 2]}
    pq.write_table(pa.table(rows), tmp_path / "people.parquet")
    people = read_people(tmp_path / "people.parquet", ["other=city"])
    assert people.to_pydict() == {
        "record_id": ["1", "2"],
        "birth_date": ["1984-03-05", None],
        "city": ["1", "2"],
        "postcode": ["66061", None],
    }
    assert read_table(tmp_path / "people.parquet")["other"].tolist() == ["1", "2"]


def test_the_views_in_pandas_hold_text_and_none(tmp_path: Path) -> None:
    path = written(tmp_path, "record_id,last_name,colour\n1,,red\n")
    assert read_records(path, []).to_dict("list") == {"record_id": ["1"], "last_name": [None]}
    assert read_table(path).to_dict("list") == {"record_id": ["1"], "last_name": [None], "colour": ["red"]}


@pytest.mark.parametrize(
    ("header", "mappings", "expected"),
    [
        ("id,surname", ["id=record_id", "surname=last_name"], {"record_id": "1", "last_name": "2"}),
        ("ID,Surname", ["id=record_id", " SURNAME = last_name"], {"record_id": "1", "last_name": "2"}),
        ("record_id,last_name,maiden", ["maiden=last_name"], {"record_id": "1", "last_name": "3"}),
        ("record_id,last_name,first_name", ["last_name=first_name", "first_name=last_name"],
         {"record_id": "1", "first_name": "2", "last_name": "3"}),
        ("record_id,city,City", [], {"record_id": "1", "city": "2"}),
        ("record_id,a=b,ssn", ["a=b=city"], {"record_id": "1", "city": "2", "ssn": "3"}),
    ],
)  # fmt: skip
def test_columns_are_found_by_name(tmp_path: Path, header: str, mappings: list[str], expected: dict[str, str]) -> None:
    path = written(tmp_path, f"{header}\n" + ",".join("123"[: header.count(",") + 1]) + "\n")
    assert read_people(path, mappings).to_pylist() == [expected]


@pytest.mark.parametrize(
    ("content", "mappings", "parts"),
    [
        ("", (), ("cannot be read", "empty")),
        ("\n \n", (), ("cannot be read", "empty")),
        (f"record_id,last_name\n1,{SECRET}\n2,{SECRET},x,y\n", (), ("line 3", "4 values", "2 columns")),
        (f'record_id,last_name\n1,"{SECRET}\n\n"\n2\n', (), ("line 5", "1 values", "2 columns")),
        (f'record_id,last_name\n1,"{SECRET}\n2,{SECRET}\n', (), ("line 2", "never closed")),
        (f"record_id,last_name\n1,{SECRET}\n2,{SECRET}\xf6\n".encode("cp1252"), (), ("not UTF-8", "line 3", "iconv")),
        ("record_id,n\xe4me\n".encode("cp1252"), (), ("not UTF-8", "line 1", "iconv")),
        (f"record_id,{SECRET},city,{SECRET}\n1,a,b,c\n", (), ("columns 2 and 4",)),
        (f"name\n{SECRET}\n", (), ("no column [record_id]", "--map column=record_id")),
        (f"{SECRET},1\n{SECRET},2\n", (), ("no column [record_id]",)),
        ("rec_id,surname,Date of Birth\n1,a,b\n", (),
         ("no column [record_id]", "--map rec_id=record_id --map surname=last_name --map 'Date of Birth=birth_date'")),
        ("record_id,given_name,surname,zip,gender,dob\n", (),
         ("none of the columns", "--map given_name=first_name --map surname=last_name --map dob=birth_date "
          "--map gender=sex --map zip=postcode")),
        ("record_id,colour\n1,red\n", (), ("none of the columns", "--map column=field")),
        (f"record_id,last_name\n1,{SECRET}\n", ("nope=ssn",), ("[nope]", "does not have")),
        (f"record_id,last_name\n1,{SECRET}\n", ("last_name=nope",), ("[nope]", "not one of")),
        (f"record_id,last_name\n1,{SECRET}\n", ("last_name",), ("[last_name]", "column=field")),
        ("record_id,a,b\n1,2,3\n", ("a=ssn", "b=ssn"), ("two columns the same field", "[ssn]")),
        ("record_id,a,b\n1,2,3\n", ("a=ssn", "a=city"), ("[a] twice",)),
        (f"record_id,last_name\n1,{SECRET}\n,{SECRET}\n  ,{SECRET}\n", (), ("2 records have no record_id",)),
        (f"record_id,last_name\n1,{SECRET}\n1,{SECRET}\n 1,{SECRET}\n", (), ("2 rows repeat",)),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_one_line(
    tmp_path: Path, content: str | bytes, mappings: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    told = error_of(written(tmp_path, content), *mappings)
    for part in parts:
        assert part in told


def test_files_that_are_none(tmp_path: Path) -> None:
    assert "no such file" in error_of(tmp_path / "nobody.csv")
    assert "is a folder" in error_of(tmp_path)
    assert "only .csv and .parquet" in error_of(written(tmp_path, SECRET, "people.xlsx"))
    assert "no Parquet" in error_of(written(tmp_path, SECRET, "people.parquet"))
    pq.write_table(pa.table({"record_id": ["1"], "ssn": [SECRET]}), tmp_path / "cut.parquet")
    content = (tmp_path / "cut.parquet").read_bytes()
    assert "cannot be read" in error_of(written(tmp_path, content[:-40], "cut.parquet"))
    assert "cannot be read" in error_of(written(tmp_path, content[:4] + b"\0" * 60 + content[64:], "cut.parquet"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_are_a_table_or_a_table_error(tmp_path: Path, content: bytes, has_header: bool) -> None:
    path = written(tmp_path, b"record_id,ssn\n" + content if has_header else content)
    with contextlib.suppress(TableError):
        read_people(path, [])
