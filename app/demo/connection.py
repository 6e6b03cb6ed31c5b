"""How the demo shop reaches Alongside: public addresses and keys, nothing else."""

from __future__ import annotations

import hmac
import json
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from app.kernel.errors import Invalid

CUSTOM_API = "/api/upsell-cross-sell/integrations/custom"


@dataclass(frozen=True, slots=True, repr=False)
class Connection:
    """What a merchant is given when he connects a shop of the custom platform."""

    base_url: str
    store_id: str
    public_key: str
    secret_key: str
    webhook_secret: str

    @property
    def hook_url(self) -> str:
        return f"{self.base_url}/hooks/custom/{self.store_id}"

    def customer_token(self, customer_id: str) -> str:
        """Sign a customer's id for the pages that he sees, good for a day."""
        told = f"{customer_id}.{int(time.time()) + 24 * 60 * 60}"
        key = sha256(self.secret_key.encode()).hexdigest()
        return f"{told}.{hmac.new(key.encode(), told.encode(), sha256).hexdigest()}"

    def api_url(self, name: str) -> str:
        return f"{self.base_url}{CUSTOM_API}/{name}"


def folder(data_dir: Path) -> Path:
    """Where the demo shop keeps everything of its own."""
    return data_dir / "demo"


def read(data_dir: Path) -> Connection:
    """The connection in DATA_DIR/demo/connection.json. Raises Invalid where it is absent or incomplete."""
    path = folder(data_dir) / "connection.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Connection(
            base_url=str(kept["base_url"]).rstrip("/"),
            store_id=str(kept["store_id"]),
            public_key=str(kept["public_key"]),
            secret_key=str(kept["secret_key"]),
            webhook_secret=str(kept["webhook_secret"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(f"{path} does not hold a connection of the demo shop: {error!r}") from None
