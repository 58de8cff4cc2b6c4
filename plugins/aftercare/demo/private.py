"""Files that nobody but their owner can read."""

import os
import pwd
from pathlib import Path


def write_private(
    path: Path, text: str, mode: int = 0o600, owner: pwd.struct_passwd | None = None
) -> None:
    """Write a file of `owner` (default: the caller), in place of one that stands there."""
    # Created anew and never opened through a link: the folder may belong to another user.
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "w") as file:
        if owner is not None:
            os.fchown(descriptor, owner.pw_uid, owner.pw_gid)
        file.write(text)
