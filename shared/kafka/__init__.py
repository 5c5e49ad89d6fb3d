"""The only place that makes producers, subscribers and topics: FastStream's and aiokafka's defaults lose data."""

from __future__ import annotations

from shared.kafka.producer import OutgoingRecord, Producer, open_producer
from shared.kafka.reader import Reader, open_reader
from shared.kafka.subscription import Subscription
from shared.kafka.topics import create_topics

__all__ = ["OutgoingRecord", "Producer", "Reader", "Subscription", "create_topics", "open_producer", "open_reader"]
