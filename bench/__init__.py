"""Speed, measured side by side: sites made from a seed, built in fresh processes, and compared."""
