"""申請受付: pages. `forms` behind the login, `apply` and `status` for residents before it."""
