"""Typed questions: their words, the competency question that fits, and its answer as a sentence."""
