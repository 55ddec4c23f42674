"""The pages of entities: what is known of one, its history, its neighbors, its proofs."""
