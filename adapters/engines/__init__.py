"""One question put to every batch of a distributed engine: what Daft (`adapters/daft`) and Spark share."""
