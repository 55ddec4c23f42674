"""The formats, and what writes results, graphs and tables in them."""
