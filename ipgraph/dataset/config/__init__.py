"""The dataset file: its table of keys, its reader, its bounds, its faults by line."""
