"""What is counted, for Prometheus: requests, how long they took, cards, answers by status; nothing of a patient."""

import os
from typing import Generic, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SHARED = "PROMETHEUS_MULTIPROC_DIR"  # where several worker processes put their numbers together


M = TypeVar("M", Counter, Histogram)


class Labelled(Generic[M]):
    """A metric by its labels; a child of it is looked up once, for that takes longer than counting."""

    def __init__(self, metric: M) -> None:
        self._metric: M = metric
        self._children: dict[tuple[str, ...], M] = {}

    def labels(self, *values: str) -> M:
        """Return what counts for these values: those of a route, a service, a decision, of which there are few."""
        child = self._children.get(values)
        if child is None:
            child = self._children[values] = self._metric.labels(*values)
        return child


class Metrics:
    """The counters of one application; a registry of its own, so that two applications do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Labelled(
            Counter(
                "sangao_requests",
                "requests by route, method and status",
                ("route", "method", "status"),
                registry=self._own,
            )
        )
        self.seconds = Labelled(
            Histogram(
                "sangao_request_seconds", "seconds a request took", ("route",), buckets=BUCKETS, registry=self._own
            )
        )
        self.cards = Labelled(Counter("sangao_cards", "cards shown", ("service", "indicator"), registry=self._own))
        self.answers = Labelled(Counter("sangao_answers", "answers given", ("decision", "status"), registry=self._own))
        self.feedback = Labelled(
            Counter("sangao_feedback", "what users did with cards", ("service", "outcome"), registry=self._own)
        )
        self.refusals = Labelled(
            Counter("sangao_refusals", "requests refused, by problem", ("code",), registry=self._own)
        )
        self.under_way = Gauge(
            "sangao_requests_under_way", "requests being answered", registry=self._own, multiprocess_mode="livesum"
        )
        self.troubled = Gauge(
            "sangao_packs_troubled",
            "served packs whose newest form does not load",
            registry=self._own,
            multiprocess_mode="livemax",
        )
        self.ready = Gauge("sangao_ready", "1 while a pack answers", registry=self._own, multiprocess_mode="livemin")

    @property
    def _own(self) -> CollectorRegistry:
        return self.registry

    def text(self) -> bytes:
        """Return everything counted so far in the text form Prometheus reads, over all worker processes."""
        if os.environ.get(SHARED):
            gathered = CollectorRegistry()
            MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]
            return generate_latest(gathered)
        return generate_latest(self.registry)
