"""3,600 calls an hour, refilled one a second."""

import time

from refusal import Refusal


class RateLimit:
    """The account's calls that are left."""

    def __init__(self, limit, per_second):
        self.limit = limit
        self.per_second = per_second
        self.left = float(limit)
        self.as_of = time.monotonic()

    def spend(self):
        """Takes one call; 429 if there is none."""
        now = time.monotonic()
        self.left = min(self.limit, self.left + (now - self.as_of) * self.per_second)
        self.as_of = now
        if self.left < 1:
            raise Refusal(429, "rate_limit_exceeded", f"limit of {self.limit} requests per hour reached")
        self.left -= 1

    def leave(self, calls):
        """So many are left now."""
        self.left = float(calls)
        self.as_of = time.monotonic()

    def headers(self):
        """What each answer carries."""
        missing = self.limit - self.left
        reset = int(time.time() + (missing / self.per_second if self.per_second else 3600))
        return {"RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(int(self.left)), "RateLimit-Reset": str(reset)}
