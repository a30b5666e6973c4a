"""One patient's path through one programme: request, review, plan, consent. The Case and its one status gate."""
