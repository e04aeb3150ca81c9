"""申請受付: writes."""
