"""Web forms without a framework: what a form file says, when a question is asked, and whether an answer is one."""
