"""How do files break on their way? Strategies that spoil a right file as transfers, exports and hands do."""

import codecs
import gzip

from hypothesis import strategies as st

JUNK = st.binary(max_size=60) | st.sampled_from(
    [
        b'"',
        b'""',
        b",",
        b"|",
        b"\r",
        b"\n",
        b"\0",
        b"\x81",
        b"\x1c",
        b"\x0b",
        b"\xef\xbb\xbf",
        b"<",
        b"&lt;",
        b"]]>",
        b"^",
        b"~",
        b"&",
        b"\\",
    ]
)
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp1252", "cp437", "utf-7", "cp037")


def _cut(draw, content):
    """An upload that broke off, or began late."""
    place = draw(st.integers(0, len(content)))
    return content[:place] if draw(st.booleans()) else content[place:]


def _flipped(draw, content):
    """Bits that fell over on the disk."""
    spoilt = bytearray(content)
    for place in draw(st.lists(st.integers(0, max(len(content) - 1, 0)), min_size=1, max_size=6)):
        if spoilt:
            spoilt[place] ^= 1 << draw(st.integers(0, 7))
    return bytes(spoilt)


def _shuffled(draw, content):
    """Lines in another order, the header among them."""
    return b"\n".join(draw(st.permutations(content.split(b"\n")[:40])))


def _re_encoded(draw, content):
    """An export made by another program."""
    return codecs.encode(content.decode("utf-8", errors="replace"), draw(st.sampled_from(ENCODINGS)), "replace")


def _with_junk(draw, content):
    place = draw(st.integers(0, len(content)))
    return content[:place] + draw(JUNK) + content[place:]


def _repeated(draw, content):
    """A part that was sent twice."""
    first, last = sorted((draw(st.integers(0, len(content))), draw(st.integers(0, len(content)))))
    return content[:last] + content[first:last] + content[last:]


def _with_other_line_ends(draw, content):
    return content.replace(b"\r\n", b"\n").replace(
        b"\n", draw(st.sampled_from([b"\r", b"\r\n", b"\n\r", b"\n\n", b""]))
    )


def _packed(draw, content):
    return gzip.compress(content, mtime=0)


WAYS = (_cut, _flipped, _shuffled, _re_encoded, _with_junk, _repeated, _with_other_line_ends, _packed)


@st.composite
def broken(draw, content):
    """A right file, spoilt in one to three ways."""
    for way in draw(st.lists(st.sampled_from(WAYS), min_size=1, max_size=3)):
        content = way(draw, content)
    return content
