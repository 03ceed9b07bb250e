"""Where the simulator listens and which corp it plays; reads defaults.json, holds no state."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator import corp_config

DEFAULTS = Path(__file__).with_name("defaults.json")
THREADS = 96


def load_config(file: Path | None = None) -> dict[str, Any]:
    """The corp's configuration: defaults.json, with top-level keys replaced by those of `file`; ValueError with a sentence."""
    config: dict[str, Any] = json.loads(DEFAULTS.read_text("utf-8"))
    if file is None:
        return config
    try:
        given: dict[str, Any] = json.loads(file.read_text("utf-8"))
        corp_config.check(config | given if isinstance(given, dict) else given)
    except OSError as error:
        raise ValueError(f"--config {file} cannot be read: {error.strerror}") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"--config {file} is no JSON: {error}") from error
    except ValueError as error:
        raise ValueError(f"--config {file}: {error}") from error
    return config | given


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
    threads: int = THREADS
    config: dict[str, Any] = field(default_factory=load_config)
    without_receivers: bool = False
    allowed_hosts: tuple[str, ...] = ()

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def product_origins(self) -> tuple[str, ...]:
        """Origins (scheme://host:port, no slash at the end) under which the product may name itself."""
        named = (self.product_url, self.public_url)
        return tuple(url.rstrip("/") for url in named if url)
