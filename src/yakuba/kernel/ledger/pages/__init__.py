"""Pages of the ledger (受付簿): the list and its files, one case and what is done with it by hand."""
