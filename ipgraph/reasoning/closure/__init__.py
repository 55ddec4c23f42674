"""The closure of a graph under the rules of OWL 2 RL."""
