"""The administrator's pages. Each shows and changes only what belongs to the person's own municipality."""
