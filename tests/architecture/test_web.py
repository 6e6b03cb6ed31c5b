"""A web process stays light: no training library is loaded, whatever kind of request it has answered."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.domain.accounts.stores import Credentials
from app.kernel.runtime import Runtime

HEAVY = {"pandas", "implicit", "mlxtend", "sklearn", "lightgbm"}

VISIT = """
import os, sys
from werkzeug.test import Client
from app.web import create_wsgi
store_id, public_key, secret_key = sys.argv[1:]
client = Client(create_wsgi())
key = {"Authorization": f"Bearer {secret_key}"}
api = "/api/upsell-cross-sell"
line = {"id": "1", "product_id": "tea", "quantity": 1, "unit_price": {"amount": 250, "currency": "GBP"}}
order = {"id": "A1", "created_at": "2026-11-21T12:00:00Z", "status": "paid", "lines": [line]}
answers = [
    client.get(f"/v1/recommendations?key={public_key}&placement=home"),
    client.post(f"/v1/events?key={public_key}", data='{"visitor": null, "events": []}'),
    client.get("/widget/alongside.js"), client.get("/healthz"), client.get("/readyz"),
    client.get("/metrics"),
    client.post(f"{api}/integrations/custom/orders", json={"orders": [order]}, headers=key),
    client.post(f"{api}/integrations/custom/files?kind=orders", data=b"order_id\\n1\\n", headers=key),
    client.post(f"{api}/integrations/custom/train", headers=key),
    client.get(f"{api}/integrations/custom/status", headers=key),
    client.get(f"{api}/analytics/overview", headers=key),
    client.post(f"/hooks/custom/{store_id}", data=b"{}"),
    client.get("/console/sign-in"), client.get("/docs"), client.get("/docs/openapi.json"),
    client.get("/"), client.get("/shop/"),
]
print(*[answer.status_code for answer in answers], *sorted(sys.modules), sep="\\n")
"""


def test_no_training_library_is_loaded(runtime: Runtime, store: Credentials, tmp_path: Path) -> None:
    environ = {**os.environ, **runtime.settings.to_env(), "DEMO": "1", "DATA_DIR": str(tmp_path)}
    visited = subprocess.run(
        [sys.executable, "-c", VISIT, store.store_id, store.public_key, store.secret_key],
        env=environ, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    told = visited.stdout.split()
    assert told[6:11] == ["200", "202", "202", "200", "200"]
    assert not [code for code in told[:17] if code == "500"]
    assert HEAVY & set(told[17:]) == set()
