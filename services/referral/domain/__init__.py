"""The rules of the two aggregates: `referral` (the road of one referral) and `register` (one organisation)."""
