"""An invented city for trying the program, clearly marked as such."""
