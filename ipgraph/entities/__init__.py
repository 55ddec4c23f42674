"""What is known of an entity: labels, statements with their sources, relations, history."""
