"""What workers write of their tasks, and which request caused one (docs/monitoring.md)."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from portal import logs, task_log
from portal.celery import app
from tests.portal.test_logs import CANARY, Log, log

__all__ = ["log"]  # the fixture


@pytest.fixture
def task() -> Iterator[Any]:
    @app.task(name="test.logged")
    def logged(result: Any) -> Any:
        logging.getLogger("test").info("Within.")
        if isinstance(result, str):
            raise ValueError(result)
        return result

    yield logged
    app.tasks.unregister("test.logged")


def test_a_task_that_did_something_has_a_line(task: Any, log: Log) -> None:
    done = task.apply(args=[3])
    [within], [line] = log.of("test"), log.of("portal.tasks")
    assert within["task"] == line["task"] == "test.logged"
    assert within["task_id"] == line["task_id"] == done.id
    assert (line["level"], line["count"], line["outcome"]) == ("INFO", 3, "success")
    assert line["ms"] >= 0
    assert logs.at_work.get() is None


def test_a_task_that_found_nothing_is_quiet(task: Any, log: Log) -> None:
    task.apply(args=[0])
    assert log.of("portal.tasks")[0]["level"] == "DEBUG"


def test_a_task_that_failed_has_a_line(task: Any, log: Log) -> None:
    task.apply(args=[CANARY])
    [line] = log.of("portal.tasks")
    assert (line["level"], line["outcome"]) == ("ERROR", "failure")
    assert CANARY not in log.text


def test_a_task_names_the_request_that_caused_it(task: Any, log: Log) -> None:
    """As a message carries it: a header made when it is sent, read when it is taken."""
    headers: dict[str, Any] = {}
    token = logs.at_work.set(logs.Work(request_id="0123456789abcdef"))
    try:
        task_log._pass_on(headers=headers)
    finally:
        logs.at_work.reset(token)
    task.push_request(id="t1", **headers)
    try:
        task_log._begin(task_id="t1", task=task)
        logging.getLogger("test").info("Within.")
        task_log._end(state="SUCCESS", retval=1)
    finally:
        task.pop_request()
    assert [line["request_id"] for line in log.lines] == ["0123456789abcdef"] * 2
    assert logs.at_work.get() is None


def test_the_wake_up_call_of_a_request_carries_its_id() -> None:
    """Through the real way: the message that the broker gets."""
    sent: list[dict[str, Any]] = []
    token = logs.at_work.set(logs.Work(request_id="fedcba9876543210"))
    try:
        with app.connection_for_write() as broker:
            channel = broker.default_channel
            original = channel.prepare_message
            channel.prepare_message = lambda *a, **k: sent.append(a[4]) or original(*a, **k)
            app.send_task("test.nobody", connection=broker, retry=False, ignore_result=True)
    finally:
        logs.at_work.reset(token)
    assert [found[task_log.HEADER] for found in sent] == ["fedcba9876543210"]
