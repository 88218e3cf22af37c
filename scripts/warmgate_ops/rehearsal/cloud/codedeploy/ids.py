"""Ids of the shapes that CodeDeploy gives out."""

from __future__ import annotations

import base64
import json
import random
import string
import uuid

ALPHABET = string.ascii_uppercase + string.digits


class Ids:
    """A source of ids; the same seed gives the same ids."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)

    def deployment(self) -> str:
        """Return `d-` and nine upper-case letters or digits."""
        return "d-" + "".join(self._random.choices(ALPHABET, k=9))

    def execution(self) -> str:
        """Return an opaque hook execution id, as long as the real ones."""
        token = {
            "encryptedData": base64.b64encode(self._random.randbytes(96)).decode(),
            "ivParameterSpec": base64.b64encode(self._random.randbytes(12)).decode(),
            "materialSetSerial": 1,
        }
        return base64.b64encode(json.dumps(token, separators=(",", ":")).encode()).decode()

    def resource(self) -> str:
        """Return an id of an application, a group, a configuration or an event."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
