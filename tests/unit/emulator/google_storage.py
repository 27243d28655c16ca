"""google-cloud-storage, imported without its advice to install grpcio-status.

That advice is an ImportWarning at import time, and warnings are errors in these tests.
"""

import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ImportWarning)
    from google.cloud import storage as _storage
    from google.cloud.storage import _signing

# The library is untyped.
storage: Any = _storage
signing: Any = _signing

__all__ = ["signing", "storage"]
