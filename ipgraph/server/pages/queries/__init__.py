"""The pages that query the graph: SPARQL, menus that write it, and questions."""
