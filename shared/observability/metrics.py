"""The metrics. No label ever carries a person, a referral or a small group."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
REQUESTS = Histogram("carrousel_http_request_seconds", "HTTP requests", ["method", "area", "status"])
APPENDED = Counter("carrousel_events_appended", "Events appended by requests, of all types together")
KEYS_IGNORED = Counter(
    "carrousel_idempotency_keys_ignored",
    "Writes that a key was sent with and whose answer was not kept: a fault of ours",
)
BACKLOG = Gauge("carrousel_relay_backlog_events", "Events not yet published")
OLDEST = Gauge("carrousel_relay_oldest_seconds", "Age of the oldest unpublished event")
UNPUBLISHABLE = Gauge(
    "carrousel_relay_unpublishable_events", "Events that no public message can be made of, and those behind them"
)
BATCH_SIZE = Histogram(
    "carrousel_batch_messages", "Messages in a consumed batch", ["group"], buckets=(1, 2, 5, 10, 50, 100, 250, 500)
)
BATCH_SECONDS = Histogram("carrousel_batch_seconds", "Time to apply a batch", ["group"])
DROPPED = Counter("carrousel_messages_dropped", "Messages that were dropped, by why", ["group", "reason"])
LAG = Gauge("carrousel_consumer_lag_messages", "Messages not yet applied", ["group"])
OLDEST_UNAPPLIED = Gauge("carrousel_consumer_oldest_seconds", "Age of the oldest message not yet applied", ["group"])
GAP = Gauge(
    "carrousel_consumer_gap", "ConsumerCheckpoints on which messages are missing, so that nothing is applied", ["group"]
)
STOPPED = Gauge(
    "carrousel_consumer_stopped", "1 while a consumer stopped: a whole window became dead letters", ["group"]
)
DEAD = Gauge("carrousel_dead_letters_open", "Open dead letters and messages parked behind them", ["consumer"])
UNHEALTHY = Gauge(
    "carrousel_unhealthy", "1 while the part has this problem, 0 with no code while it is healthy", ["part", "code"]
)
ISSUER_AWAY = Gauge("carrousel_issuer_away", "1 while the issuer does not answer when it is asked for its keys")
LAST_SUCCESS = Gauge(
    "carrousel_last_success_timestamp_seconds",
    "When the part last did its work; before that, its start",
    ["part"],
)
MISSED = Gauge("carrousel_projections_missed_events", "Events that the live projections do not hold yet")


def area_of(route: str) -> str:
    """The first part of a route's template: `/referrals` of `/referrals/{referral_id}/withdraw`.

    Each command has a route of its own, and some are rare: their counters would show when a person stopped.
    """
    return "/".join(route.split("/")[:2])
