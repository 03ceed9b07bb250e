"""Where the simulator listens and which corp it plays; reads defaults.json, holds no state."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DEFAULTS = Path(__file__).with_name("defaults.json")


def load_config(file: Path | None = None) -> dict[str, Any]:
    """The corp's configuration: defaults.json, with top-level keys replaced by those of `file`."""
    config: dict[str, Any] = json.loads(DEFAULTS.read_text("utf-8"))
    if file is not None:
        config.update(json.loads(file.read_text("utf-8")))
    return config


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line decides. `product_url` is where the product listens, `public_url` how it names itself."""

    host: str = "127.0.0.1"
    port: int = 8100
    brand: str = "sample"
    seed: int = 7
    snapshot: Path | None = None
    product_url: str = "http://127.0.0.1:8000"
    public_url: str = ""
    threads: int = 64
    config: dict[str, Any] = field(default_factory=load_config)

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def product_origins(self) -> tuple[str, ...]:
        """Origins (scheme://host:port, no slash at the end) under which the product may name itself."""
        named = (self.product_url, self.public_url)
        return tuple(url.rstrip("/") for url in named if url)
