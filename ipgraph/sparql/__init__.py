"""SPARQL text: its lexer, the guard, diagnostics, and the query given to a store."""
