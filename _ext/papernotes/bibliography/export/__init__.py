"""Works as data for other programs: CSL-JSON and COinS."""
