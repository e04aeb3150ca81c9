"""What came of it, in words: explanations, notices, comparisons and fairness, from a selection and any assignment.

Nothing here asks how an assignment was found, so that all of it also holds for decisions made by hand.
"""
