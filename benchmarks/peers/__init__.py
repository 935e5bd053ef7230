"""Programs of others that answer the same question, each used the way its own users would."""
