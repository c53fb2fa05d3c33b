"""The command ``boxoffice``, for whoever runs the house: one module a topic, :func:`main` runs one
command line. What it does is what the package's methods do; nothing here is needed to sell."""

from .main import main

__all__ = ["main"]
