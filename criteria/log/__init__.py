"""What was done, for its readers: in words, about what, and for whom."""
