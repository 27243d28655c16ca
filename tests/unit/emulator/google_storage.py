"""google-cloud-storage, imported without its advice to install grpcio-status.

That advice is an ImportWarning at import time, and warnings are errors in these tests.
"""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ImportWarning)
    from google.cloud import storage
    from google.cloud.storage import _signing as signing

__all__ = ["signing", "storage"]
