"""The one way out of the robots' browsers: a small proxy in a process of its own, and how workers speak to it.

Why it exists, and what happens when any part is frozen at any moment: docs/adr/0007.
"""
