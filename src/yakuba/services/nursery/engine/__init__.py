"""The matching of children to nursery places, without any framework: `rules`, `preparing`, `matching`, `check`, `telling`.

README.md says what goes into each part, what comes out, which may import which, and how to change a rule.
"""
