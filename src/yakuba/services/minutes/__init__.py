"""会議録: from a transcript to minutes that were checked, approved and published; records of consultations."""
