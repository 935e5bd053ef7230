"""What the README's figures come from; each file is one command."""
