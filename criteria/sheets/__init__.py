"""One sheet, or one column of them, while people work on it. Nothing here writes."""
