"""Terms, charges, refunds, the ledger, and Stripe behind a Protocol in our own words."""
