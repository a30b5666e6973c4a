"""Stripe, simulated: a small HTTP application that the official SDK talks to and a person can click through.

`app.create_simulator` makes it; `python -m booking.demo.stripe` runs it alone.
"""
