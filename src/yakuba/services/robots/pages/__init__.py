"""The robots' pages: what robots there are, what they do, and what a person decides for them."""
