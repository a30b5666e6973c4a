"""What is said to whom and when: occasions, the plan of a trip's mails, the outbox and its delivery."""
