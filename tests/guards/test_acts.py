"""Every act that is written to the log has a sentence, and every verb that acts on a tenant's data
writes one (A2)."""

import ast
import re
from collections.abc import Iterator

import pytest

from access.acts import FIELDS, KINDS, OBJECT, SENTENCES, template
from access.rules import ACTS
from tests.guards.code import Module, modules

PERSONAL = {
    # verb -> why no organisation's log says anything about it
    "access.services.profile.remove_second_factor": "a person's own; they are mailed",
    "billing.services.bank_import.store_bank_file": "the vendor's own; the file names its importer",
    "billing.services.bank_import.set_aside": "the vendor's own; the row names who, when and why",
    "billing.services.ledger.book": "one entry of a verb that writes the act itself",
    "billing.services.requests.propose_correction": "nothing is booked before another verb settles",
    "partners.services.texts.publish": "the vendor's own; the version names who published it",
    "tenders.services.proposing.attach": "part of a draft; sending it is the act",
    "tenders.services.proposing.detach": "part of a draft; sending it is the act",
    "tenders.services.proposing.save_proposal": "a draft; sending it is the act",
    "tenders.services.closing.hide": "staff's; the requester is mailed why, the admin keeps who",
    "tenders.services.closing.show": "staff's; the requester is mailed, the admin keeps who",
}
WRITERS = {"write", "record", "refused"}


def written(module: Module) -> Iterator[str]:
    """The acts that the module writes, as regular expressions: what an f-string puts in is open."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        for keyword in node.keywords:
            if keyword.arg == "act" and name not in ("ActForbidden", "refused", "Policy"):
                yield from _texts(keyword.value)
        if name == "record" and len(node.args) > 1:
            yield from _texts(node.args[1])


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.escape(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
            for part in node.values
        )


def test_every_act_that_is_written_has_a_sentence() -> None:
    acts = {act for module in modules() for act in written(module)}
    assert len(acts) > 20
    assert [act for act in acts if not any(re.fullmatch(act, known) for known in SENTENCES)] == []


def test_every_sentence_is_written_somewhere() -> None:
    acts = {act for module in modules() for act in written(module)}
    literals = {
        re.escape(node.value)
        for module in modules()
        if ".services" in module.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value
    }
    stale = [known for known in SENTENCES if not any(re.fullmatch(a, known) for a in acts)]
    assert [known for known in stale if re.escape(known) not in literals] == []


@pytest.mark.parametrize(
    "source",
    [
        "log.write(organisation=o, act='x.unheard', by=by)",
        "record(partnership, 'x.unheard', by)",
        "log.write(organisation=o, act=f'x.{verb}', by=by)",
        "log.write(organisation=o, act='people.add' if by else 'x.unheard', by=by)",
    ],
)
def test_an_act_without_a_sentence_is_seen(source: str) -> None:
    acts = list(written(Module("clients.services.x", source)))
    assert [act for act in acts if not any(re.fullmatch(act, known) for known in SENTENCES)]


def test_each_sentence_names_its_object_at_most_once_and_has_a_kind() -> None:
    for act, sentence in SENTENCES.items():
        assert str(sentence).count(OBJECT) <= 1, act
        assert "%(" not in str(sentence).replace(OBJECT, ""), act
        assert act.partition(".")[0] in KINDS, act
    assert all(str(label) for label in FIELDS.values())


def test_each_act_that_can_be_refused_has_a_sentence_too() -> None:
    for act in ACTS:
        assert str(ACTS[act].label) in template(act, allowed=False)


# ---- Verbs that write nothing -------------------------------------------------------------------


def functions() -> dict[str, ast.FunctionDef]:
    """The functions of all services, by dotted name."""
    return {
        f"{module.name}.{node.name}": node
        for module in modules()
        if re.match(r"services(\.|$)", module.inner)
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef)
    }


def silent(found: dict[str, ast.FunctionDef]) -> list[str]:
    """The public verbs (they ask who does it) from which no way leads to the log."""
    calls = {name: set(_calls(node)) for name, node in found.items()}
    loud = {name for name, called in calls.items() if called & WRITERS}
    while True:
        words = {name.rpartition(".")[2] for name in loud}
        more = {name for name in calls if calls[name] & words} - loud
        if not more:
            break
        loud |= more
    return [
        name
        for name, node in found.items()
        if not node.name.startswith("_")
        and "by" in {arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)}
        and name not in loud
        and _writes(node)
    ]


def _writes(node: ast.FunctionDef) -> bool:
    """Runs in a transaction of its own, as everything that writes does."""
    return any("atomic" in ast.unparse(one) for one in node.decorator_list)


def _calls(node: ast.FunctionDef) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            yield ast.unparse(one.func).rpartition(".")[2]


def test_every_verb_writes_to_the_log() -> None:
    assert set(silent(functions())) == set(PERSONAL)


def test_a_silent_verb_is_seen() -> None:
    source = "@transaction.atomic\ndef cancel(*, by):\n    product.save()\n"
    tree = ast.parse(source)
    assert silent({"x.services.cancel": tree.body[0]}) == ["x.services.cancel"]
    loud = source + "    log.write(by=by)\n"
    assert silent({"x.services.cancel": ast.parse(loud).body[0]}) == []
