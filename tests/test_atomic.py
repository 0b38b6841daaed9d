"""Whatever happens while something is written, what was there before stays there, whole."""

import errno
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from keras_gan_zoo import atomic


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def fails(number):
    def function(*_, **__):
        raise OSError(number, os.strerror(number))

    return function


def test_a_file_appears_at_once_and_replaces_another(tmp_path):
    path = tmp_path / "facts.json"
    with atomic.file(path) as unfinished:
        unfinished.write_text("one")
        assert not path.exists() and unfinished.suffix == ".json"
    atomic.write_json(path, {"two": 2})
    assert path.read_text() == '{\n "two": 2\n}\n' and names(tmp_path) == ["facts.json"]


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_file_that_cannot_be_written_leaves_the_old_one(function, tmp_path, monkeypatch):
    path = tmp_path / "facts.json"
    path.write_text("old")
    monkeypatch.setattr(os, function, fails(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left.*is intact. Free some space.*facts.json"):
        atomic.write_text(path, "new")
    assert path.read_text() == "old" and names(tmp_path) == ["facts.json"]


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EROFS, "The disk is read-only: choose another folder"),
        (errno.EACCES, "You may not write there"),
        (errno.EPERM, "You may not write there"),
    ],
)
def test_the_advice_is_for_what_happened(number, advice, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", fails(number))
    with pytest.raises(OSError, match=advice) as caught:
        atomic.write_text(tmp_path / "a", "b")
    assert caught.value.errno == number and "space" not in str(caught.value)


def test_a_folder_that_came_there_meanwhile_is_not_replaced(tmp_path):
    """Of two writers of one name the second fails, and says so."""
    refused = pytest.raises(FileExistsError, match="does not exist yet.*Received: .*model")
    with refused, atomic.folder(tmp_path / "model") as second:
        (second / "file").write_text("second")
        with atomic.folder(tmp_path / "model") as first:
            assert first != second
            (first / "file").write_text("first")
    assert (tmp_path / "model" / "file").read_text() == "first" and names(tmp_path) == ["model"]


@pytest.mark.parametrize("old", ["folder", "file", "link"])
def test_what_is_replaced_is_there_until_the_new_one_is(old, tmp_path):
    path, elsewhere = tmp_path / "model", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").write_text("kept")
    if old == "folder":
        path.mkdir()
        (path / "file").write_text("old")
    elif old == "file":
        path.write_text("old")
    else:
        path.symlink_to(elsewhere)
    with pytest.raises(FileExistsError), atomic.folder(path):
        pass
    with atomic.folder(path, overwrite=True) as folder:
        (folder / "file").write_text("new")
        assert os.path.lexists(path)
    assert (path / "file").read_text() == "new" and names(tmp_path) == ["elsewhere", "model"]
    assert names(elsewhere) == ["kept"]


def test_a_rename_that_fails_puts_the_old_folder_back(tmp_path, monkeypatch):
    path = tmp_path / "model"
    path.mkdir()
    (path / "file").write_text("old")
    rename, calls = os.rename, []

    def second_fails(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError(errno.EIO, "Input/output error")
        rename(*arguments)

    monkeypatch.setattr(os, "rename", second_fails)
    with pytest.raises(OSError, match="Input/output"), atomic.folder(path, overwrite=True):
        pass
    assert (path / "file").read_text() == "old" and names(tmp_path) == ["model"]


def test_a_process_killed_between_the_renames_leaves_both(tmp_path):
    code = textwrap.dedent(
        """
        import os, pathlib, signal, sys
        from keras_gan_zoo import atomic

        rename, calls = os.rename, []

        def killed(*arguments):
            calls.append(arguments)
            if len(calls) == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            rename(*arguments)

        os.rename = killed
        with atomic.folder(pathlib.Path(sys.argv[1]), overwrite=True) as folder:
            (folder / "file").write_text("new")
        """
    )
    path = tmp_path / "model"
    path.mkdir()
    (path / "file").write_text("old")
    ended = subprocess.run([sys.executable, "-c", code, str(path)], timeout=100)
    assert ended.returncode == -signal.SIGKILL
    contents = {one.suffix: (one / "file").read_text() for one in tmp_path.iterdir()}
    assert contents == {atomic.REPLACED: "old", atomic.UNFINISHED: "new"}


def test_a_long_name_can_be_written(tmp_path):
    atomic.write_text(tmp_path / ("x" * 250), "content")
    assert names(tmp_path) == ["x" * 250]


def test_a_path_through_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"), atomic.folder(tmp_path / "file" / "model"):
        pass


def test_a_lock_ends_with_its_process(tmp_path):
    code = textwrap.dedent(
        """
        import sys, time
        from keras_gan_zoo import atomic

        lock = atomic.Lock(sys.argv[1], "training")
        print("locked", flush=True)
        time.sleep(100)
        """
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "locked\n"
    with pytest.raises(BlockingIOError, match="no other training uses now"):
        atomic.Lock(tmp_path, "training")
    holder.kill()
    holder.communicate()
    lock = atomic.Lock(tmp_path, "training")
    with pytest.raises(BlockingIOError):
        atomic.Lock(tmp_path, "training")
    lock.release()
    lock.release()
    atomic.Lock(tmp_path, "training").release()
    assert not names(tmp_path)


def test_a_start_that_fails_leaves_no_empty_folders(tmp_path):
    (tmp_path / "there/empty").mkdir(parents=True)
    for path in (tmp_path / "a/b", tmp_path / "there"):
        with pytest.raises(KeyboardInterrupt), atomic.no_empty_folders(path):
            (path / "c/d").mkdir(parents=True)
            raise KeyboardInterrupt
        assert names(tmp_path) == ["there"] and names(tmp_path / "there") == ["empty"]
    with pytest.raises(ValueError), atomic.no_empty_folders(tmp_path / "a/b"):
        (tmp_path / "a/b/c").mkdir(parents=True)
        (tmp_path / "a/b/d").mkdir()
        (tmp_path / "a/b/c/file").write_text("")
        raise ValueError
    assert [path.name for path in (tmp_path / "a").rglob("*")] == ["b", "c", "file"]


def test_a_folder_is_worked_in_until_the_scope_ends(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "game").mkdir()
    with pytest.raises(ValueError), atomic.inside("game"), open("log", "w"):
        raise ValueError
    assert os.getcwd() == str(tmp_path) and names(tmp_path / "game") == ["log"]
