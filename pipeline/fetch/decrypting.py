"""How is a file opened that its sender encrypted with PGP? By GnuPG itself, through python-gnupg."""

import shutil
from pathlib import Path

from gnupg import GPG

from pipeline.contract.errors import SourceRefused
from pipeline.fetch.secrets import Secrets, text_of
from pipeline.fetch.sources import Decrypt


def decrypt(encrypted: Path, plain: Path, how: Decrypt, secrets: Secrets) -> None:
    """Open a file into another. Neither is ever held in memory.

    Raises:
        SourceRefused: GnuPG is not on this machine, its keys do not open the file, or it is not signed as declared.
    """
    if shutil.which("gpg") is None:
        raise SourceRefused("the file is encrypted and GnuPG is missing; install it (apt-get install gnupg)")
    keyring = how.keyring.expanduser()
    if not keyring.is_dir():
        raise SourceRefused("there is no folder of keys; check keyring, and import the private key into it")
    gpg = GPG(gnupghome=str(keyring))
    plain.touch(mode=0o600)  # what gpg writes takes over these rights
    opened = gpg.decrypt_file(
        str(encrypted), passphrase=text_of(how.passphrase, secrets), output=str(plain), always_trust=True
    )
    if not opened.ok:
        raise SourceRefused(
            "the file cannot be decrypted: no key in keyring opens it, the passphrase is wrong, or it is damaged; "
            "check both, else ask the agency to send it again"
        )
    if how.signed_by and not (opened.valid and opened.pubkey_fingerprint == how.signed_by.upper()):
        raise SourceRefused("the file is not signed by signed_by; ask the agency who made it, and do not use it")
