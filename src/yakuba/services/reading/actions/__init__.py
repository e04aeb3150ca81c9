"""Writes of the reading room: transaction, audit, jobs.

definitions: load a form.  uploads: batches and files.  sheets: split, read, sort out.  cases: put pages
together.  questions: ask a person.  answers: check what the person says.  reader: the engine, loaded once.
"""
