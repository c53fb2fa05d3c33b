"""``python -m boxoffice``: the command, where it was not installed."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
