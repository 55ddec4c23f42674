"""The dataset as a whole: title, statistics, coverage, vocabulary documentation, questions."""
