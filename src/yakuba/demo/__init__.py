"""The demo town やくば市, and the whole chain from scans to the core system without a screen."""
