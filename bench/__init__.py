"""Every hot path beside its own bare parts, measured in one run: `make bench`."""

import os

# gRPC's handlers of fork() crash some of the children that are forked beside a server of its, as
# PostgreSQL is where root starts it as somebody else. Nothing here uses gRPC after a fork, and
# gRPC asks for this when it is imported.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
