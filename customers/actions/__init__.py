"""What people decide about customers, as verbs: one transaction each, with who decided."""
