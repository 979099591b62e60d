"""A place of its own for this process and its children: a network without others, and files that look different.

Linux has such places (namespaces of users, mounts and networks; unshare(2)), and gives them to whoever is root or may
make a namespace of users. What is changed in there nobody else sees, and it is gone with the last process in it.
"""

import ctypes
import errno
import os
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Final

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000
MS_BIND: Final = 0x1000
MS_REC: Final = 0x4000
MS_PRIVATE: Final = 0x40000
SIOCGIFFLAGS: Final = 0x8913
SIOCSIFFLAGS: Final = 0x8914
IFF_UP: Final = 0x1

ADVICE: Final = (
    "It takes Linux, and root or the right to make namespaces of users: in a container --cap-add SYS_ADMIN or "
    "--privileged, elsewhere the settings user.max_user_namespaces above 0, kernel.unprivileged_userns_clone=1 and, on "
    "Ubuntu, kernel.apparmor_restrict_unprivileged_userns=0. Without it there is betsim exec --tls, which hands over "
    "addresses."
)


class NoNamespaces(Exception):
    """This system does not let the process have a place of its own; the sentence says why, and what would help."""


def enter_own_namespaces() -> None:
    """Move this process into a network and a tree of mounts of its own; raise `NoNamespaces`.

    The user stays the same one. In the network there is the loopback interface, which is up, and no way out.
    """
    if not sys.platform.startswith("linux"):
        raise NoNamespaces(
            f"A command can have a network of its own on Linux only, and this is {sys.platform}. {ADVICE}"
        )
    try:
        _unshare()
        _mount(None, "/", MS_REC | MS_PRIVATE)
        _raise_loopback()
    except OSError as error:
        why = "there are as many as there may be" if error.errno == errno.ENOSPC else error.strerror
        raise NoNamespaces(f"This system does not allow a network of its own: {why}. {ADVICE}") from None


def cover(path: Path, content: bytes) -> None:
    """Let a file, where there is one, have another content for this process and its children; raise `NoNamespaces`."""
    if not path.is_file():
        return
    with tempfile.NamedTemporaryFile(prefix="betsim-") as other:
        other.write(content)
        other.flush()
        Path(other.name).chmod(0o644)
        try:
            # The mount stays when the name of what is mounted is gone.
            _mount(other.name, str(path), MS_BIND)
        except OSError as error:
            raise NoNamespaces(f"{path} cannot be covered: {error.strerror}. {ADVICE}") from None


def _unshare() -> None:
    """Leave the namespaces of everybody: as root at once, as anybody else by way of a namespace of users."""
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        try:
            _call("unshare", CLONE_NEWNS | CLONE_NEWNET)
        except PermissionError:
            # Root of a container may lack the right, and still may make a namespace of users.
            pass
        else:
            return
    _call("unshare", CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET)
    # Groups can be mapped by somebody without rights only where they cannot be changed any more.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _mount(source: str | None, target: str, flags: int) -> None:
    _call(
        "mount", None if source is None else os.fsencode(source), os.fsencode(target), None, ctypes.c_ulong(flags), None
    )


def _call(name: str, *arguments: object) -> None:
    """Call a function of the C library; raise `OSError` where it fails."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _raise_loopback() -> None:
    # Here and not above: there is no such module on Windows.
    import fcntl  # noqa: PLC0415, see above

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))
