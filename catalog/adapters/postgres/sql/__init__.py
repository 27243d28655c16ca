"""The named queries of Catalog, one file a repository, and the fragments they share."""
