"""Are files fetched from a real SFTP server, and from no other than the declared one?"""

import asyncio
import threading
from datetime import timedelta

import asyncssh
import pytest

from tests.fetch.made_up import AGENCY, CANARY, counts, upload

FILE = "calls_20261116.csv"
USER, PASSWORD = "outreach", f"{CANARY}-password"


class Server(asyncssh.SSHServer):
    """Lets one user in, by password or by key."""

    connections: list[asyncssh.SSHServerConnection] = []  # noqa: RUF012 -- emptied after each test

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


class Sftp:
    """An SFTP server with a key of its own, on a port of its own, in a thread of its own."""

    def __init__(self, root, folder) -> None:
        self.root, self.folder = root, folder
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.user_key = asyncssh.generate_private_key("ssh-ed25519")
        self.user_key.write_private_key(str(root / "key"), passphrase="open sesame", rounds=1, ignore_few_rounds=True)
        self.user_key.write_public_key(str(root / "key.pub"))
        self.opened: list[bytes] = []
        self.cut_after: int | None = None
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def start(self) -> None:
        self.thread.start()
        self.listening = self.call(self._listen())
        self.port = self.listening.get_port()

    async def _listen(self):
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=Server,
            server_host_keys=[self.host_key],
            sftp_factory=self.factory,
            authorized_client_keys=str(self.root / "key.pub"),
        )

    def factory(self, channel) -> asyncssh.SFTPServer:
        outer = self

        class Chrooted(asyncssh.SFTPServer):
            def __init__(self) -> None:
                super().__init__(channel, chroot=str(outer.folder).encode())
                self.read_bytes = 0

            def open(self, path, pflags, attrs):
                outer.opened.append(path)
                return super().open(path, pflags, attrs)

            def read(self, file_obj, offset, size):
                self.read_bytes += size
                if outer.cut_after is not None and self.read_bytes > outer.cut_after:
                    channel.get_connection().abort()
                return super().read(file_obj, offset, size)

        return Chrooted()

    async def _close(self) -> None:
        self.listening.close()
        await self.listening.wait_closed()
        while Server.connections:
            connection = Server.connections.pop()
            connection.abort()
            await connection.wait_closed()
        await asyncio.sleep(0.05)

    def stop(self) -> None:
        self.call(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(20)
        self.loop.close()


@pytest.fixture
def sftp(tmp_path):
    folder = tmp_path / "there" / "outgoing"
    folder.mkdir(parents=True)
    server = Sftp(tmp_path, folder.parent)
    server.start()
    yield server
    server.stop()


def declare(county, sftp, monkeypatch, login='password = { env = "SFTP_PASSWORD" }', more="settle_seconds = 0") -> None:
    monkeypatch.setenv("SFTP_PASSWORD", PASSWORD)
    monkeypatch.setenv("SFTP_PASSPHRASE", "open sesame")
    county.declare(
        f'[{AGENCY.name}]\nkind = "sftp"\nhost = "127.0.0.1"\nport = {sftp.port}\nuser = "{USER}"\n'
        f'host_key = "{sftp.host_key.get_fingerprint()}"\nfolder = "/outgoing"\n{login}\n{more}\n'
    )


def test_files_are_fetched_once_with_a_password(county, sftp, monkeypatch):
    declare(county, sftp, monkeypatch, more="")
    content = b"a line of a large file\n" * 100_000
    upload(sftp.folder / "outgoing" / FILE, content)
    upload(sftp.folder / "outgoing" / f"{FILE}.filepart", b"half")
    assert counts(county.fetch()) == (1, 0, 0, 0, 1)
    assert county.delivered() == {FILE: content}
    assert counts(county.fetch()) == (0, 0, 1, 0, 1)
    assert sftp.opened == [f"/outgoing/{FILE}".encode()]
    upload(sftp.folder / "outgoing" / FILE, b"another", county.time.at + timedelta(days=1))
    assert counts(county.fetch()) == (1, 0, 0, 0, 1)
    assert county.delivered()["calls_20261116_2.csv"] == b"another"


def test_files_are_fetched_with_a_key(county, sftp, monkeypatch):
    login = f'key_file = "{sftp.root / "key"}"\npassphrase = {{ env = "SFTP_PASSPHRASE" }}'
    declare(county, sftp, monkeypatch, login=login)
    upload(sftp.folder / "outgoing" / FILE, b"one")
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)


def test_a_connection_that_is_cut_leaves_nothing_half_and_the_next_fetch_goes_on(county, sftp, monkeypatch):
    declare(county, sftp, monkeypatch)
    content = b"a line of a large file\n" * 100_000
    upload(sftp.folder / "outgoing" / FILE, content)
    sftp.cut_after = 1_000_000
    told = county.fetch()
    assert (told.fetched, told.is_down) == (0, True)
    assert told.problems[0].startswith(f"[{AGENCY.name}] [sftp]")
    assert county.delivered() == {}
    assert county.left_over() == []
    sftp.cut_after = None
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)
    assert county.delivered() == {FILE: content}


def test_another_server_in_its_place_gets_no_password(county, sftp, monkeypatch):
    declare(county, sftp, monkeypatch)
    other = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint()
    county.declare(county.file.read_text().replace(sftp.host_key.get_fingerprint(), other))
    asked = []
    monkeypatch.setattr(Server, "validate_password", lambda *a: asked.append(a))
    told = county.fetch()
    assert told.problems == (
        f"[{AGENCY.name}] [sftp] access was refused; check host, port, user, password or key_file, and host_key",
    )
    assert asked == []


def test_a_wrong_password_is_told_without_it_and_not_tried_again(county, sftp, monkeypatch):
    declare(county, sftp, monkeypatch)
    monkeypatch.setenv("SFTP_PASSWORD", f"{CANARY}-wrong")
    told = county.fetch()
    assert "access was refused" in told.problems[0]
    assert CANARY not in str(told)
    assert county.time.pauses == []
    assert not told.is_down


def test_a_server_that_is_down_is_asked_again(county, sftp, monkeypatch):
    declare(county, sftp, monkeypatch)
    county.declare(county.file.read_text().replace(f"port = {sftp.port}", "port = 1"))
    told = county.fetch()
    assert told.is_down
    assert "it does not answer" in told.problems[0]
    assert county.time.pauses == [2, 4, 8]


def test_a_key_that_cannot_be_opened_and_a_folder_that_is_not_there(county, sftp, monkeypatch):
    login = f'key_file = "{sftp.root / "key"}"'
    declare(county, sftp, monkeypatch, login=login)
    assert "the private key cannot be opened" in county.fetch().problems[0]
    declare(county, sftp, monkeypatch)
    county.declare(county.file.read_text().replace("/outgoing", "/nowhere"))
    assert "the folder is not there" in county.fetch().problems[0]
