"""Files and folders that appear whole or not at all, and folders that one process has to itself.

All of the library that writes uses these. What is unfinished has a name that no other process and
no other call uses, is written to the disk, and is renamed only then. A process that is killed
leaves what was there before, and at most a hidden file or folder beside it.
"""

import contextlib
import errno
import json
import os
import pathlib
import secrets
import shutil

UNFINISHED = ".unfinished"  # in the names of what is being written
REPLACED = ".replaced"  # in the names of folders whose successor is about to take their place
LONGEST = 40  # characters of a name that the name of the unfinished one repeats
# How to mend what the system says; other errors say enough by themselves.
ADVICE = {
    errno.ENOSPC: "Free some space",
    errno.EDQUOT: "Free some space, of which your quota is used up",
    errno.EROFS: "The disk is read-only: choose another folder",
    errno.EACCES: "You may not write there: choose another folder, or ask for permission",
    errno.EPERM: "You may not write there: choose another folder, or ask for permission",
    errno.ENOTDIR: "A part of the path is a file: choose another path",
    errno.ENAMETOOLONG: "The name is too long: choose a shorter one",
}


def write_bytes(path, content: bytes):
    """Writes a file, or leaves the one that was there.

    Raises:
        OSError: If the disk is full or not writable; what was there before is untouched.
    """
    with file(path) as unfinished:
        unfinished.write_bytes(content)


def write_text(path, text: str):
    """Writes a text file in UTF-8; see `write_bytes`."""
    write_bytes(path, text.encode())


def write_json(path, content):
    """Writes plain data as JSON; see `write_bytes`."""
    write_text(path, json.dumps(content, indent=1) + "\n")


@contextlib.contextmanager
def inside(folder):
    """Within this scope the process works in a folder: for what writes to where it is started."""
    outside = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(outside)


@contextlib.contextmanager
def file(path):
    """A name to write a file under, which becomes `path` when the scope ends without an error.

    Args:
        path: The file. One that is there is replaced.

    Yields:
        A path beside it, with the same suffix, at which there is nothing yet.

    Raises:
        OSError: If the disk is full or not writable; what was there before is untouched.
    """
    path = pathlib.Path(path)
    unfinished = beside(path)
    with _explained(path):
        try:
            yield unfinished
            put(unfinished, path)
        finally:
            with contextlib.suppress(OSError):  # after an error; otherwise it is there no more
                unfinished.unlink()


def put(unfinished: pathlib.Path, path: pathlib.Path):
    """Makes a file that is complete the one at `path`, which is in the same folder."""
    _sync(unfinished)
    os.replace(unfinished, path)
    sync_folder(path.parent)


@contextlib.contextmanager
def folder(path, overwrite: bool = False):
    """A folder to write into, which becomes `path` when the scope ends without an error.

    Args:
        path: The folder. Those above it are made.
        overwrite: Whether a folder, or a file, that is there is replaced. It is moved aside first,
            and removed only when the new one is in its place: a process that is killed in between
            leaves both, the old one as `.<name>.<number>.replaced`.

    Yields:
        The path of an empty folder beside it.

    Raises:
        FileExistsError: If there is something at `path` that is not to be overwritten, also if it
            came there since the scope began.
        OSError: If the disk is full or not writable; what was there before is untouched.
    """
    path = pathlib.Path(path)
    check_new(path, overwrite)
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = beside(path)
        try:
            unfinished.mkdir()
            yield unfinished
            for inside in sorted(unfinished.rglob("*")):
                (sync_folder if inside.is_dir() else _sync)(inside)
            sync_folder(unfinished)
            _put_in_place(unfinished, path, overwrite)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        sync_folder(path.parent)


@contextlib.contextmanager
def no_empty_folders(path):
    """Removes again, after an error, what was made of `path` and in it, and is still empty."""
    path = pathlib.Path(path)
    before = {one for one in (path, *path.parents, *path.rglob("*")) if one.exists()}
    try:
        yield
    except BaseException:
        for one in (*sorted(path.rglob("*"), reverse=True), path, *path.parents):
            if one not in before:
                with contextlib.suppress(OSError):  # it is a file, or holds something
                    one.rmdir()
        raise


def check_new(path: pathlib.Path, overwrite: bool = False):
    """Raises `FileExistsError` if there is something at `path` that is not to be overwritten."""
    if os.path.lexists(path) and not overwrite:
        raise FileExistsError(
            "Expected a path that does not exist yet; choose another, or move this one away. "
            f"Received: {path}"
        )


def _put_in_place(unfinished, path, overwrite):
    aside = None
    if overwrite and os.path.lexists(path):
        aside = beside(path, REPLACED)
        os.rename(path, aside)
    try:
        _rename_to_nothing(unfinished, path)
    except BaseException:
        if aside is not None and not os.path.lexists(path):
            os.rename(aside, path)
        raise
    if aside is not None:
        if aside.is_dir() and not aside.is_symlink():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.unlink()


def _rename_to_nothing(unfinished, path):
    """Renames a folder to a path at which there is nothing; of two processes one succeeds."""
    check_new(path)
    try:
        os.rename(unfinished, path)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            check_new(path)  # it came there a moment ago
        raise


def beside(path: pathlib.Path, mark: str = UNFINISHED) -> pathlib.Path:
    """A path in the same folder that no other process and no other call uses."""
    # The suffix stays: it tells writers of pictures and of arrays the format.
    name = f".{path.stem[:LONGEST]}.{os.getpid()}-{secrets.token_hex(6)}{mark}{path.suffix}"
    return path.with_name(name)


@contextlib.contextmanager
def _explained(path):
    """Adds to an error of the disk which file it is about, and how to mend it."""
    try:
        yield
    except OSError as error:
        if error.errno not in ADVICE or isinstance(error, WriteError):
            raise
        raise _write_error(error, path) from error


class WriteError(OSError):
    """A file or folder that could not be written; what was there before is intact."""


def _write_error(error, path):
    said = f"Could not write ({error.strerror or error}); what was there before is intact"
    return WriteError(error.errno, f"{said}. {ADVICE[error.errno]}", str(path))


def _sync(path):
    with open(path, "rb") as written:
        os.fsync(written.fileno())


def sync_folder(path):
    """Makes renamings in a folder durable, where the system allows it."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Lock:
    """A folder that one process has to itself, until it lets go of it or ends, however it ends.

    Nothing is written. Where the system has no such locks, as some network file systems, none is
    taken.

    Args:
        path: The folder.
        use: What it is used for, for the error.
        wait: Whether to wait for another lock to be released, for what takes no more than a moment.

    Raises:
        BlockingIOError: If another process, or another lock of this one, has it, unless `wait`.
    """

    def __init__(self, path, use: str = "process", wait: bool = False):
        self._descriptor: int | None = None
        try:
            import fcntl
        except ImportError:  # on Windows
            return
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            raise BlockingIOError(
                errno.EWOULDBLOCK,
                f"Expected a folder that no other {use} uses now. Wait until it has ended, stop "
                f"it, or choose another folder. Received",
                str(path),
            ) from None
        except OSError:
            os.close(descriptor)
            return
        self._descriptor = descriptor

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.release()

    def release(self):
        """Lets go of the folder; does nothing if that was done."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
