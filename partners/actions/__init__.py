"""What people decide about partners, as verbs: one transaction each, with who decided."""
