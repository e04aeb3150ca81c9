"""The Excel form (調査票) of a survey: made once for an edition, handed out body by body, read back cell by cell."""
