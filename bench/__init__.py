"""How fast the pages are over twenty years of a whole province: `python -m bench`."""
