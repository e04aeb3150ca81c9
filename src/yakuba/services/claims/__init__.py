"""Rule checks of claims and declarations (レセプト・申告の点検)."""
