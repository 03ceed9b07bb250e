"""Says which settings are missing or wrong, before anything is started; exit code 2 when one is."""

import sys

from foundation.config import settings
from foundation.errors import SettingsWrong

if __name__ == "__main__":
    try:
        settings()
    except SettingsWrong as problem:
        sys.exit(str(problem))
