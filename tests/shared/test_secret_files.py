"""A file of keys that others of the machine may read is not read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from shared.eventstore.idempotency import AnswerEncryption
from shared.http.claims import SubjectDigest
from shared.privacy.encryption import FieldCipher
from shared.secrets.files import ReadableByOthers, read_secret

MODES = {0o600: True, 0o400: True, 0o640: False, 0o604: False, 0o644: False, 0o602: False, 0o610: False}
READERS: list[Callable[[Path], object]] = [
    read_secret,
    AnswerEncryption.of_file,
    lambda file: FieldCipher.of_file(str(file)),
    lambda file: SubjectDigest.of_file(str(file)),
]


@pytest.mark.parametrize("mode", MODES)
def test_keys_are_read_only_where_nobody_else_may(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "keys"
    file.write_text(Fernet.generate_key().decode())
    file.chmod(mode)
    for read in READERS:
        if MODES[mode]:
            read(file)
        else:
            with pytest.raises(ReadableByOthers) as refused:
                read(file)
            assert str(tmp_path) not in str(refused.value)
