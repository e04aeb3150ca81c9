"""問い合わせ応答: pages. `entries`, `publications`, `questions` and `staff` behind the login, `public` before it."""
