"""Where animals are, where traps should stand, and whether one animal was photographed twice. No framework."""
