"""The house's front door: every request passes here before Django sees it, and a body only after its sender."""
