"""Query, explain and publish a knowledge graph of the Office of Infrastructure Protection."""
