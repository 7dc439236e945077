"""What the facts mean: told in prose in docs/readiness.md."""
