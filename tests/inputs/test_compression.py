from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from ipgraph.errors import Unreadable
from ipgraph.inputs.compression import Budget, plain_name, unpack

TEXT = b"<http://e/a> <http://e/p> <http://e/b> .\n" * 1000


def zstd(data: bytes) -> bytes:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            module = __import__(name, fromlist=["compress"])
        except ImportError:
            continue
        return module.compress(data)
    pytest.skip("zstd is in Python 3.14, or in the package backports.zstd")


PACK = {
    "a.nt.gz": gzip.compress,
    "a.nt.bz2": bz2.compress,
    "a.nt.xz": lzma.compress,
    "a.nt.zst": zstd,
}


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return packed.getvalue()


def read(data: bytes, name: str = "a.nt", max_bytes: int = 1 << 20) -> list[tuple[str, bytes]]:
    return [(item.name, item.data) for item in unpack(data, name, Budget.of(max_bytes))]


@pytest.mark.parametrize("name", PACK)
def test_a_compressed_file_is_unpacked(name):
    assert read(PACK[name](TEXT), name) == [("a.nt", TEXT)]


@pytest.mark.parametrize("name", PACK)
def test_several_streams_are_one_file(name):
    assert read(PACK[name](TEXT) + PACK[name](b"end"), name) == [("a.nt", TEXT + b"end")]


@pytest.mark.parametrize("name", PACK)
def test_a_file_that_is_cut_or_damaged_is_an_error_that_names_it(name):
    data = PACK[name](TEXT)
    for broken in (data[:-9], data[:20] + bytes(30) + data[50:]):
        with pytest.raises(Unreadable, match=rf"^{name} is damaged"):
            read(broken, name)


@pytest.mark.parametrize("name", PACK)
def test_a_bomb_ends_at_the_limit(name):
    bomb = PACK[name](bytes(64 << 20))
    with pytest.raises(Unreadable, match=r"unpack to more than 1 MiB") as caught:
        read(bomb, name)
    assert "max_unpacked_mib" in caught.value.hint


def test_a_bomb_of_many_layers_is_refused():
    data = gzip.compress(gzip.compress(gzip.compress(TEXT)))
    with pytest.raises(Unreadable, match="more than 2 times"):
        read(data)


def test_a_bomb_of_many_members_ends_at_the_limit():
    members = {f"{number}.nt": bytes(1 << 19) for number in range(8)}
    with pytest.raises(Unreadable, match=r"unpack to more than 1 MiB"):
        read(archive(**members))


def test_the_limit_is_for_all_files_together():
    budget = Budget.of(len(TEXT) + 10)
    assert list(unpack(gzip.compress(TEXT), "a", budget))
    with pytest.raises(Unreadable, match="unpack to more"):
        list(unpack(gzip.compress(TEXT), "b", budget))


def test_the_members_of_an_archive_are_read_without_what_systems_add():
    files = {"b.nt": b"1", "in/a.nt.gz": gzip.compress(b"2"), "__MACOSX/b.nt": b"3", ".x": b"4"}
    assert read(archive(**files), "c.zip") == [("c.zip/b.nt", b"1"), ("c.zip/in/a.nt", b"2")]


@pytest.mark.parametrize("name", ["../a.nt", "a/../../b.nt", "/etc/a.nt", "C:\\a.nt", "..\\a.nt"])
def test_a_member_whose_name_leaves_the_archive_is_refused(name):
    with pytest.raises(Unreadable, match="leaves the archive"):
        read(archive(**{name: TEXT}))


def test_an_archive_in_an_archive_is_refused():
    with pytest.raises(Unreadable, match="archive in an archive"):
        read(archive(**{"b.zip": archive(**{"a.nt": TEXT})}))


def test_an_archive_with_too_many_members_is_refused(monkeypatch):
    monkeypatch.setattr("ipgraph.inputs.compression.MAX_MEMBERS", 3)
    with pytest.raises(Unreadable, match="has 4 members"):
        read(archive(**{f"{number}.nt": b"" for number in range(4)}))


def test_a_damaged_archive_is_an_error():
    data = bytearray(archive(**{"a.nt": TEXT}))
    with pytest.raises(Unreadable, match="damaged"):
        read(bytes(data[:-30]))
    data[60] ^= 0xFF
    with pytest.raises(Unreadable, match="damaged"):
        read(bytes(data))


def test_an_encrypted_member_is_refused():
    data = bytearray(archive(**{"a.nt": TEXT}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    with pytest.raises(Unreadable, match="encrypted"):
        read(bytes(data))


def test_a_file_that_is_not_compressed_is_returned_as_it_is():
    assert read(TEXT) == [("a.nt", TEXT)]


def test_the_suffixes_of_compression_are_removed_from_a_name():
    assert [plain_name(name) for name in ("a.ttl.gz", "a.GZ", ".gz", "b/c.nt")] == [
        *("a.ttl", "a", ".gz", "b/c.nt")
    ]
