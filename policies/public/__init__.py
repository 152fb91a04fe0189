"""Public service level agreements, as policies with worked examples."""
