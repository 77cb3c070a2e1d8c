"""The parts of `make faults` that need no servers of their own."""

import re
import smtplib
from pathlib import Path

import pytest

from faults import breaker, compare, workers
from faults.servers import free_port
from faults.sink import SCRIPT, Sink
from portal import launch

COMPOSE = (Path(__file__).resolve().parents[2] / "docker-compose.yml").read_text()


def composed(name: str) -> list[str]:
    [line] = re.findall(rf"^  {name}:\n(?:    .*\n)*?    command: (\[.*\])", COMPOSE, re.MULTILINE)
    return re.findall(r'"([^"]*)"', line)


@pytest.mark.parametrize(("name", "command"), [("worker", workers.WORKER), ("beat", workers.BEAT)])
def test_the_processes_are_those_of_production(name, command):
    assert composed(name)[1:] == list(command[3:])


def test_the_demo_has_the_same_clock():
    assert set(launch.BEAT) <= set(workers.BEAT)


def test_every_fault_is_planned_and_ends_without_redis():
    faults = breaker.plan(2)
    assert set(compare.BREAKING) < set(faults)
    gone = faults.index("Redis gone for good")
    assert not [kind for kind in faults[gone + 1 :] if kind.startswith("Redis")]
    assert len(faults) - gone > 3


@pytest.fixture
def sink(tmp_path):
    server = Sink(free_port(), tmp_path / "kept.jsonl")
    server.start()
    yield server
    server.close()


def send(sink: Sink, part: str, message_id: str = "<1@x>") -> None:
    address = f"lea@{part}.example"
    with smtplib.SMTP("127.0.0.1", sink.port, timeout=5) as client:
        text = f"Message-ID: {message_id}\r\nSubject: Hello\r\n\r\nGood day.\r\n"
        client.sendmail("portal@x.example", [address], text)


def test_the_sink_answers_by_the_script(sink):
    send(sink, "good")
    send(sink, "slow", "<2@x>")
    assert [one.answered is not None for one in sink.kept] == [True, True]
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(sink, "never", "<3@x>")
    assert refused.value.recipients["lea@never.example"][0] == 550
    with pytest.raises(smtplib.SMTPDataError) as later:
        send(sink, "later", "<4@x>")
    assert later.value.smtp_code == 451
    send(sink, "later", "<4@x>")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(sink, "dropped", "<5@x>")
    assert (sink.kept[-1].message_id, sink.kept[-1].answered) == ("<5@x>", None)
    send(sink, "dropped", "<5@x>")
    assert [one.message_id for one in sink.kept] == [
        *("<1@x>", "<2@x>", "<4@x>", "<5@x>", "<5@x>"),
    ]
    assert set(SCRIPT) == {"later", "never", "slow", "dropped"}


def test_a_stopped_sink_lets_nobody_in(sink):
    sink.stop()
    with pytest.raises(ConnectionRefusedError):
        send(sink, "good")
    sink.start_again()
    send(sink, "good")
    assert len(sink.kept) == 1
