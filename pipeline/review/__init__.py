"""What should a person look at, and what would the answer change? Pure: tables in, tables and sentences out."""
