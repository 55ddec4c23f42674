"""OWL 2 RL: what follows from a graph, whether it is consistent, and why."""
