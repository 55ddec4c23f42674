"""The page of check results, and the check that runs for it."""
