"""Files with their final name are whole, whatever happens during writing."""

from pathlib import Path

import pytest

from hvae.io import storage


@pytest.mark.parametrize("content", ["ß ≤ 1\n", b"\x00\r\n"])
def test_what_is_stored_is_there_to_the_byte(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "x"
    storage.store(content, path)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("old")

    def fail(beside: Path) -> None:
        beside.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        storage.fill(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "why"), [("file/x", "File exists"), ("n" * 300, "File name too long")]
)
def test_a_place_where_no_file_can_be_is_named(name: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=f"cannot be written \\({why}\\)") as found:
        storage.store("content", tmp_path / name)
    assert found.value.filename == str(tmp_path / name)
