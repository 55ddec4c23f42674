"""Snapshots: immutable builds of a set of RDF files, named by a hash of their inputs."""
