"""Pictures as whole numbers: pure geometry, which templates draw as SVG."""
