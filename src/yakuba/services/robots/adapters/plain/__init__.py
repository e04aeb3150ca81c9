"""Plain HTML forms without a browser: pages as parsed, forms as a browser would send them, one kept connection."""
