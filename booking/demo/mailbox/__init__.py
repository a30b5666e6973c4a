"""A mailbox that a person can open: an SMTP server that keeps what it is given, and pages that show it."""

from booking.demo.mailbox.pages import create_mailbox

__all__ = ["create_mailbox"]
