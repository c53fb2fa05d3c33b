"""The version of the package and the ABI that it is written for; both equal those of
``capi/boxoffice.h``."""

__version__ = "0.1.0"

ABI = 0
