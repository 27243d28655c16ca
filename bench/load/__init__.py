"""The load generator: cheaper than any server it asks, so that it is never what is measured."""
