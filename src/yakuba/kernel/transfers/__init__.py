"""Transfers (人事異動): who moves to which department with which roles on which day, looked at before, done at midnight."""
