"""Which files of a folder or ZIP are taken, and which ZIPs are not looked into?"""

import struct
import zipfile
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline import archives, dry_run, receive
from pipeline.archives import Place
from pipeline.contract.errors import DeclarationError, DeliveryRefused
from tests.contract.declarations import agency, feed

IN_HOLDERS = feed(file_pattern=r"week_(?P<date>\d{8})(\.zip)?/(.+/)?visits\.csv", date_format="%Y%m%d")
CLINIC = agency(feeds=(IN_HOLDERS,))
HEADER = b"visit_no,seen_at,born,first,last,result\r\n"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / CLINIC.name
    path.mkdir()
    return path


def packed(path, *members, packing=zipfile.ZIP_DEFLATED):
    """A ZIP of (name, bytes)."""
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, packing)
    return path


def found(tmp_path):
    files = receive.find_files(CLINIC, tmp_path)
    return [file.name for file in files.files], files.unknown_count


def test_a_feed_takes_its_file_from_a_zip_and_from_a_folder_and_other_members_are_counted(folder, tmp_path):
    packed(folder / "week_20261101.zip", ("visits.csv", HEADER), ("staff.csv", b""), ("log.ndjson", b""))
    packed(folder / "WEEK_20261108.ZIP", ("export/Visits.CSV", HEADER))
    (folder / "week_20261115" / "deep").mkdir(parents=True)
    (folder / "week_20261115" / "deep" / "visits.csv").write_bytes(HEADER)
    names, unknown = found(tmp_path)
    assert names == [
        "WEEK_20261108.ZIP/export/Visits.CSV",
        "week_20261101.zip/visits.csv",
        "week_20261115/deep/visits.csv",
    ]
    assert unknown == 1
    assert receive.business_date(IN_HOLDERS, names[0]) == date(2026, 11, 8)


def test_folders_and_zips_that_no_feed_names_are_not_looked_into(folder, tmp_path):
    packed(folder / "other_20261101.zip", ("visits.csv", HEADER))
    (folder / "old").mkdir()
    (folder / "old" / "visits.csv").write_bytes(HEADER)
    assert found(tmp_path) == ([], 1)


def test_the_bytes_of_a_member_are_those_that_were_packed(folder, tmp_path):
    content = HEADER + b"1,2026-11-01T10:00,1990-01-31,Ann,Lee,GOOD\r\n"
    packed(folder / "week_20261101.zip", ("visits.csv", content))
    [file] = receive.find_files(CLINIC, tmp_path).files
    with receive.opened(CLINIC, file) as stream:
        assert stream.read() == content
    assert receive.fingerprint(CLINIC, file)[1] == len(content)
    [told] = dry_run.check_files(CLINIC, [folder / "week_20261101.zip"])
    assert (told.file, told.rows, told.accepted) == ("week_20261101.zip/visits.csv", 1, 1)


def bomb(path):
    return packed(path, ("visits.csv", b"\0" * (archives.SMALLEST_BOMB * 2)))


def crowd(path):
    return packed(path, *((f"{number}.csv", b"") for number in range(archives.MOST_MEMBERS + 1)))


def encrypted(path):
    content = bytearray(packed(path, ("visits.csv", HEADER)).read_bytes())
    place = content.rindex(b"PK\x01\x02")  # the flags stand eight bytes into the entry of the directory
    content[place + 8] |= 1
    path.write_bytes(content)


def vast(path):
    """Says of itself that it holds 60 GiB; a directory may say what it likes."""
    content = bytearray(packed(path, ("visits.csv", HEADER), packing=zipfile.ZIP_STORED).read_bytes())
    place = content.rindex(b"PK\x01\x02")
    members = content[place : content.rindex(b"PK\x05\x06")]
    members[20:28] = struct.pack("<II", 0xFFFFFFF0, 0xFFFFFFF0)
    end = bytearray(content[content.rindex(b"PK\x05\x06") :])
    copies = b"".join(bytes(members).replace(b"visits", b"visit%d" % n) for n in range(3))
    end[8:12], end[12:16] = struct.pack("<HH", 3, 3), struct.pack("<I", len(copies))
    path.write_bytes(bytes(content[:place]) + copies + bytes(end))


SPOILT = {
    "no ZIP at all": (lambda path: path.write_bytes(b"visit_no,seen_at"), "no whole ZIP"),
    "half of a ZIP": (
        lambda path: path.write_bytes(packed(path, ("visits.csv", HEADER)).read_bytes()[:60]),
        "no whole ZIP",
    ),
    "an empty file": (lambda path: path.write_bytes(b""), "no whole ZIP"),
    "a bomb": (bomb, "times smaller"),
    "a crowd of files": (crowd, "more than 1,000 files"),
    "more than any disk": (vast, "GiB"),
    "a way out": (lambda path: packed(path, ("../../visits.csv", HEADER)), "leads out"),
    "a root": (lambda path: packed(path, ("/visits.csv", HEADER)), "leads out"),
    "a way out of Windows": (lambda path: packed(path, ("..\\visits.csv", HEADER)), "leads out"),
    "two files of one name": (lambda path: packed(path, ("visits.csv", HEADER), ("VISITS.csv", HEADER)), "one name"),
    "a locked file": (encrypted, "encrypted"),
    "a rare packing": (lambda path: packed(path, ("visits.csv", HEADER), packing=zipfile.ZIP_BZIP2), "ZIP's own"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_zip_that_may_not_be_read_stands_for_its_feed_with_one_fault(folder, tmp_path, name):
    spoil, says = SPOILT[name]
    spoil(folder / "week_20261101.zip")
    [file] = receive.find_files(CLINIC, tmp_path).files
    assert (file.name, file.feed) == ("week_20261101.zip", IN_HOLDERS)
    assert says in file.place.fault
    [told] = dry_run.check_files(CLINIC, [folder / "week_20261101.zip"])
    assert told.refused == file.place.fault


def test_a_zip_damaged_inside_is_refused_in_one_line(folder, tmp_path):
    path = packed(folder / "week_20261101.zip", ("visits.csv", HEADER), packing=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"seen_at", b"SEEN_AT"))
    [file] = receive.find_files(CLINIC, tmp_path).files
    with pytest.raises(DeliveryRefused, match="damaged inside"):
        receive.fingerprint(CLINIC, file)


@settings(max_examples=200)
@given(junk=st.binary(min_size=1, max_size=20), place=st.integers(0, 220))
@example(junk=b"@", place=165)  # "strongly encrypted"
@example(junk=b" ", place=165)  # "patched"
@example(junk=b"\xcb", place=41)  # a name that is no UTF-8 where it says so
def test_whatever_is_written_into_a_zip_nothing_but_a_refusal_comes_of_it(tmp_path_factory, junk, place):
    path = packed(tmp_path_factory.mktemp("zip") / "week_20261101.zip", ("visits.csv", HEADER), ("b.csv", HEADER))
    content = path.read_bytes()
    path.write_bytes(content[:place] + junk + content[place + len(junk) :])
    for file in receive.found_in(CLINIC, [path]).files:
        try:
            receive.fingerprint(CLINIC, file)
        except DeliveryRefused:
            continue


def test_a_member_gives_no_byte_more_than_its_directory_says(folder):
    path = packed(folder / "week_20261101.zip", ("visits.csv", b"\0" * 10_000))
    content = bytearray(path.read_bytes())
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 10)
    path.write_bytes(content)
    with pytest.raises(archives.DAMAGED_INSIDE), archives.opened(Place("x", path, "visits.csv")) as stream:
        assert len(stream.read()) <= 10


def test_a_pattern_whose_folder_cannot_be_told_is_refused_when_it_is_declared():
    with pytest.raises(DeclarationError, match="before the first slash"):
        feed(file_pattern=r"(week/visits)\.csv")
