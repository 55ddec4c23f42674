"""What writes HTML: SVG, tables, highlighting, translations, links."""
