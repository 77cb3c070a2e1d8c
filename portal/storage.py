"""Where files lie: each whole or not at all, also on a full disk and when a process is killed."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
"""Errors by which a disk says that it takes nothing more: full, or failing."""
NO_UNNAMED = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL})
"""Errors by which a file system says that it knows no files without a name."""


class WholeFileStorage(FileSystemStorage):
    """Django's files on the disk, which get their name only when they are written and synced.

    Until then a file has no name at all (O_TMPFILE), so that nothing is left of it when the
    process is killed; where the file system does not know that, it has a hidden one. A file that
    exists is never written to: who saves under its name gets another. Raises OSError, and then
    nothing is there.
    """

    def _save(self, name: str, content: File) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        file, draft = _new_file(target.parent)
        try:
            for piece in content.chunks():
                data = memoryview(piece.encode() if isinstance(piece, str) else piece)
                while data:
                    data = data[os.write(file, data) :]
            if self.file_permissions_mode is not None:
                os.fchmod(file, self.file_permissions_mode)
            os.fsync(file)
            while True:
                try:
                    _name(file, draft, target)
                    break
                except FileExistsError:
                    name = self.get_available_name(name)
                    target = Path(self.path(name))
            _sync(target.parent)
        finally:
            os.close(file)
            if draft is not None:
                draft.unlink(missing_ok=True)
        return str(Path(name).as_posix())


def _new_file(folder: Path) -> tuple[int, Path | None]:
    """A file to write to, and its hidden name if it needs one."""
    try:
        return os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o644), None
    except AttributeError:  # no Linux
        pass
    except OSError as problem:
        if problem.errno not in NO_UNNAMED:
            raise
    draft = folder / f".unfinished-{token_hex(8)}"
    return os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), draft


def _name(file: int, draft: Path | None, target: Path) -> None:
    """Give the file its name; never takes one from another file."""
    if draft is not None:
        os.link(draft, target)
        return
    open_files = os.open("/proc/self/fd", os.O_RDONLY | os.O_DIRECTORY)
    try:  # only with a folder given does Python ask for what the link there leads to
        os.link(str(file), target, src_dir_fd=open_files, follow_symlinks=True)
    finally:
        os.close(open_files)


def _sync(folder: Path) -> None:
    """The name, too, outlives a power cut."""
    with suppress(OSError):  # not every file system can
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_full(problem: BaseException | None) -> bool:
    """Whether this is a disk that takes nothing more."""
    return isinstance(problem, OSError) and problem.errno in FULL
