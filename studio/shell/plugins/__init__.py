"""*Plugins*: what is installed, in which state and why; switching, consent, and the conformance check."""
