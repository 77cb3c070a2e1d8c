"""What `make faults` counts, on records made up here: it must see each kind of broken promise."""

from dataclasses import replace

import pytest

from faults.compare import Evidence, Fault, Row, judge
from faults.sink import Delivery

LEA, ADAM, NOBODY = "lea@good.example", "adam@good.example", "x@never.example"


def event(number=1, *mails, outcome="committed", untrue=(), ended=100.0):
    return {
        "event": number,
        "number": f"0.{number}",
        "outcome": outcome,
        "ended": ended,
        "mails": [list(mail) for mail in mails],
        "untrue": list(untrue),
    }


def kept(message_id, address=LEA, at=101.0, answered=True, print="p"):
    return Delivery(message_id, address, at, at, print, at if answered else None)


def row(key="a", address=LEA, message_id="<1>", state="sent"):
    return Row(key, address, message_id, state)


def evidence(**changed):
    """One event, two recipients, both delivered."""
    run = Evidence(
        events=[event(1, ("a", LEA), ("a", ADAM))],
        existing={1},
        rows=[row(), row(address=ADAM, message_id="<2>")],
        kept=[kept("<1>"), kept("<2>", ADAM, print="q")],
        faults=[],
        drained=3.0,
    )
    return replace(run, **changed)


def promises(run):
    return sorted(sentence.partition(":")[0] for sentence in judge(run).broken)


def test_all_is_well_when_every_mail_arrived_once():
    verdict = judge(evidence())
    assert verdict.ok
    assert verdict.figures["mails expected (events × recipients)"] == 2
    assert verdict.figures["delivered (distinct Message-IDs)"] == 2
    assert verdict.figures["longest wait (s)"] == 1.0


@pytest.mark.parametrize("state", ["queued", "sent", "failed", "obsolete"])
def test_a_mail_that_the_sink_never_kept_is_lost_whatever_its_row_says(state):
    run = evidence(rows=[row(state=state), row(address=ADAM, message_id="<2>")])
    run.kept = [kept("<2>", ADAM)]
    assert promises(run) == ["lost"]


def test_a_mail_without_a_row_is_lost():
    run = evidence(rows=[row()], kept=[kept("<1>")])
    assert promises(run) == ["lost"]


def test_refused_for_good_is_no_loss_where_the_script_says_so():
    run = evidence(
        events=[event(1, ("a", NOBODY))], rows=[row(address=NOBODY, state="failed")], kept=[]
    )
    verdict = judge(run)
    assert verdict.ok
    assert verdict.figures["failed as scripted (5xx)"] == 1


def test_what_a_rolled_back_transaction_sent_is_a_phantom():
    rolled_back = event(2, ("b", LEA), outcome="rolled back")
    run = evidence()
    run.events.append(rolled_back)
    assert judge(run).ok
    run.kept.append(kept("<9>", print="r"))
    assert promises(run) == ["phantom"], "its row was rolled back, too"
    run = evidence(events=[*run.events])
    run.rows.append(row("b", message_id="<9>"))
    run.kept.append(kept("<9>", print="r"))
    assert promises(run) == ["phantom"], "its row outlived it"


def test_a_row_that_waits_for_no_event_is_a_phantom_to_come():
    run = evidence()
    run.rows.append(row("b", message_id="<9>", state="queued"))
    assert promises(run) == ["phantom"]


def test_the_same_mail_under_two_ids_is_a_wrong_id():
    run = evidence()
    run.kept.append(kept("<9>", print="p"))
    assert promises(run) == ["wrong ids"]


def test_a_mail_at_another_address_is_misled():
    run = evidence()
    run.kept[0] = kept("<1>", ADAM)
    assert promises(run) == ["misled"]


def test_a_mail_that_left_and_is_not_marked_would_leave_again():
    run = evidence()
    run.rows[0] = row(state="queued")
    assert promises(run) == ["not marked"]


# ---- Taken back ----------------------------------------------------------------------------------


def taken_back(state, *deliveries):
    return evidence(
        events=[event(1, ("a", LEA)), event(2, untrue=["a"], ended=110.0)],
        existing={1, 2},
        rows=[row(state=state)],
        kept=list(deliveries),
    )


def test_what_was_taken_back_is_obsolete_or_left_before():
    verdict = judge(taken_back("obsolete"))
    assert verdict.ok
    assert verdict.figures["obsolete before they left"] == 1
    assert judge(taken_back("sent", kept("<1>", at=105.0))).ok
    crossed = judge(taken_back("sent", kept("<1>", at=110.5)))
    assert crossed.ok
    assert crossed.figures["sent while being taken back"] == 1


def test_what_leaves_after_it_was_taken_back_is_a_phantom():
    assert promises(taken_back("sent", kept("<1>", at=115.0))) == ["phantom"]


def test_obsolete_without_having_been_taken_back_is_lost():
    run = taken_back("obsolete")
    run.existing = {1}
    run.events[1]["outcome"] = "rolled back"
    assert promises(run) == ["lost"]


def test_a_drop_after_data_may_be_followed_by_the_taking_back():
    assert judge(taken_back("obsolete", kept("<1>", at=105.0, answered=False))).ok


def test_a_break_before_the_mark_may_be_followed_by_the_taking_back():
    run = taken_back("obsolete", kept("<1>", at=105.0))
    assert promises(run) == ["not marked"]
    run.faults = [Fault("PostgreSQL restarted", 105.5, 107.0)]
    assert judge(run).ok


# ---- Copies --------------------------------------------------------------------------------------


def doubled(answered=True, faults=()):
    run = evidence(faults=list(faults))
    run.kept = [kept("<1>", answered=answered), kept("<1>", at=130.0), kept("<2>", ADAM)]
    return run


def test_a_copy_needs_a_break_after_data():
    assert promises(doubled()) == ["copies"]
    assert judge(doubled(answered=False)).figures["copies explained"] == 1


@pytest.mark.parametrize("kind", ["sender killed", "PostgreSQL restarted", "worker killed"])
def test_a_kill_before_the_mark_explains_a_copy(kind):
    assert judge(doubled(faults=[Fault(kind, 102.0, 103.0)])).ok
    assert promises(doubled(faults=[Fault(kind, 90.0, 99.0)])) == ["copies"]
    assert promises(doubled(faults=[Fault(kind, 110.0, 111.0)])) == ["copies"]


def test_what_was_written_before_the_kill_may_be_kept_after_it():
    run = doubled()
    run.kept[0] = replace(run.kept[0], begun=100.9)
    run.faults = [Fault("worker killed", 100.92, 100.95)]
    assert judge(run).ok
    run.faults = [Fault("worker killed", 100.8, 100.85)]
    assert promises(run) == ["copies"]


def test_a_broker_that_is_flushed_explains_nothing():
    assert promises(doubled(faults=[Fault("Redis flushed", 101.0, 101.0)])) == ["copies"]


# ---- Transactions and time -----------------------------------------------------------------------


def test_a_commit_of_unknown_end_is_what_the_database_says():
    unknown = event(2, ("b", LEA), outcome="unknown")
    run = evidence()
    run.events.append(unknown)
    assert judge(run).ok, "it never was"
    run.existing = {1, 2}
    assert promises(run) == ["lost"], "it was, so its mail must come"


def test_a_commit_that_was_answered_and_is_gone_is_named():
    assert "transactions lost" in promises(evidence(existing=set()))


@pytest.mark.parametrize("drained", [None, 60.5])
def test_what_is_not_drained_in_a_minute_is_named(drained):
    assert promises(evidence(drained=drained)) == ["not drained"]
