"""Where Kafka's jars cannot be had: librdkafka's own mock broker, which speaks the protocol and forgets on exit.

It knows neither TLS nor users.
"""

import ctypes
from concurrent.futures import ThreadPoolExecutor

from confluent_kafka import cimpl

from deploy.local.processes import Trouble
from deploy.local.supervision import Part
from shared.contracts.catalogue import topics
from shared.messaging.cloudevents import Topic

SPARE = [Topic(f"spare.{nth}", "", ()) for nth in range(100)]  # for tests: nobody else can create one there
_PRODUCER = 0
_NODE = 1


class BrokerInProcess(Part):
    """One mock broker inside this process with every topic of the contracts: nobody else can create any on it."""

    name = "broker"

    def __init__(self) -> None:
        self._library = _library()
        self._holder: int | None = None

    async def start(self) -> dict[str, str]:
        """Start it and return where programs find it, and that it forgets."""
        why = ctypes.create_string_buffer(200)
        settings = self._library.rd_kafka_conf_new()
        for name, value in ((b"test.mock.num.brokers", b"1"), (b"log_level", b"3")):
            self._library.rd_kafka_conf_set(settings, name, value, why, len(why))
        self._holder = self._library.rd_kafka_new(_PRODUCER, settings, why, len(why))
        if not self._holder:
            raise Trouble(f"librdkafka's broker did not start: {why.value.decode()}.")
        cluster = self._library.rd_kafka_handle_mock_cluster(self._holder)
        self._library.rd_kafka_mock_set_controller_id(cluster, _NODE)

        def create(topic: Topic) -> int:
            error: int = self._library.rd_kafka_mock_topic_create(cluster, topic.name.encode(), topic.partitions, 1)
            return error

        with ThreadPoolExecutor(64) as at_once:  # each waits for the broker's next look round, a tenth of a second
            if any(at_once.map(create, [*topics(), *SPARE])):
                raise Trouble("librdkafka's broker did not take its topics.")
        servers = self._library.rd_kafka_mock_cluster_bootstraps(cluster).decode()
        self.port = int(servers.rpartition(":")[2])
        return {"KAFKA_BOOTSTRAP_SERVERS": servers, "KAFKA_FORGETS": "1", "KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"}

    async def stop(self) -> None:
        """Let go of it."""
        if self._holder:
            self._library.rd_kafka_destroy(self._holder)
            self._holder = None


def _library() -> ctypes.CDLL:
    """The librdkafka that the confluent-kafka wheel brings: its symbols are found through the module that needs it."""
    library = ctypes.CDLL(cimpl.__file__)
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    signatures = {
        "rd_kafka_conf_new": (pointer, []),
        "rd_kafka_conf_set": (ctypes.c_int, [pointer, text, text, text, ctypes.c_size_t]),
        "rd_kafka_new": (pointer, [ctypes.c_int, pointer, text, ctypes.c_size_t]),
        "rd_kafka_destroy": (None, [pointer]),
        "rd_kafka_handle_mock_cluster": (pointer, [pointer]),
        "rd_kafka_mock_set_controller_id": (ctypes.c_int, [pointer, ctypes.c_int32]),
        "rd_kafka_mock_topic_create": (ctypes.c_int, [pointer, text, ctypes.c_int, ctypes.c_int]),
        "rd_kafka_mock_cluster_bootstraps": (text, [pointer]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
