"""The contract over gRPC: decode, call the use case, encode."""
