"""Letters: laid out in several processes, one PDF for the printer, and proof that each page is its addressee's.

`printing.print_file` makes the PDF, `mailing.table` the list that goes with it, `verify.verify` reads the finished PDF
back and compares it with the list. `wording` has the texts of a letter that a town writes itself.
"""
