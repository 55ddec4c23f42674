"""Input files: which of them are RDF, how they are packed and encoded, and in which syntax.

All of this package but `selection` and `download` runs in the child process of a build.
"""
