"""Every URL with its methods and its policy: what `manage.py policy` prints and a test demands.

A view of ours carries its policy (`access.web.pages`). A view of somebody else's carries none, so
it stands on a list with the reason why it may be there, and with what guards it. Neither an
address without policy nor a line of that list that nothing needs any more passes unseen.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from access.web.pages import Policy

OURS = ("portal", "tenders", "billing", "clients", "partners", "access")
ANY = ("any",)


@dataclass(frozen=True, slots=True)
class Exemption:
    """Why a view that is not ours needs no policy of ours: who passes, and what sees to it."""

    kind: str
    reason: str


SIGN_IN = "allauth: for people who are not signed in yet; it leads others away"
OWN_ACCOUNT = "allauth: the signed-in person's own account"
OWN_FACTOR = "allauth: the signed-in person's own second factor, after proving anew that it is them"

EXEMPTIONS: dict[str, Exemption] = {
    # The name of a URL, or of a namespace with all that is in it ("admin:*").
    "account_login": Exemption("public", SIGN_IN),
    "account_signup": Exemption("public", SIGN_IN),
    "account_logout": Exemption("public", "allauth: ends the visitor's own session, by POST"),
    "account_inactive": Exemption("public", "allauth: tells that an account is switched off"),
    "account_email_verification_sent": Exemption("public", SIGN_IN),
    "account_confirm_email": Exemption("public", "allauth: a signed key, used by POST (T1)"),
    "account_reset_password": Exemption("public", SIGN_IN),
    "account_reset_password_done": Exemption("public", SIGN_IN),
    "account_reset_password_from_key": Exemption("public", "allauth: a signed key, used by POST"),
    "account_reset_password_from_key_done": Exemption("public", SIGN_IN),
    "account_confirm_login_code": Exemption("public", SIGN_IN),
    "account_email": Exemption("person", OWN_ACCOUNT),
    "account_change_password": Exemption("person", OWN_ACCOUNT),
    "account_set_password": Exemption("person", OWN_ACCOUNT),
    "account_reauthenticate": Exemption("person", OWN_ACCOUNT),
    "mfa_authenticate": Exemption("public", "allauth: the second step of signing in"),
    "mfa_login_webauthn": Exemption("public", "allauth: signing in with a passkey"),
    "mfa_index": Exemption("person", OWN_ACCOUNT),
    "mfa_reauthenticate": Exemption("person", OWN_ACCOUNT),
    "mfa_activate_totp": Exemption("person", OWN_FACTOR),
    "mfa_deactivate_totp": Exemption("person", OWN_FACTOR),
    "mfa_view_recovery_codes": Exemption("person", OWN_FACTOR),
    "mfa_generate_recovery_codes": Exemption("person", OWN_FACTOR),
    "mfa_download_recovery_codes": Exemption("person", OWN_FACTOR),
    "mfa_list_webauthn": Exemption("person", OWN_FACTOR),
    "mfa_add_webauthn": Exemption("person", OWN_FACTOR),
    "mfa_reauthenticate_webauthn": Exemption("person", OWN_ACCOUNT),
    "mfa_remove_webauthn": Exemption("person", OWN_FACTOR),
    "mfa_edit_webauthn": Exemption("person", OWN_FACTOR),
    "admin:*": Exemption("staff", "django.contrib.admin: each view asks its site for staff"),
}


@dataclass(frozen=True, slots=True)
class Address:
    """One URL pattern of the portal with the view it leads to."""

    route: str
    name: str
    view: Any
    arguments: frozenset[str]

    @property
    def policy(self) -> Policy | None:
        return getattr(self.view, "policy", None)

    @property
    def ours(self) -> bool:
        return str(self.view.__module__).partition(".")[0] in OURS

    def exempted_by(self, exemptions: Iterable[str]) -> str | None:
        """The line of `exemptions` that speaks of this address."""
        namespace = self.name.rpartition(":")[0]
        wanted = {self.name, f"{namespace}:*"} if namespace else {self.name}
        return next((key for key in exemptions if key in wanted), None)


def addresses(resolver: URLResolver | None = None) -> list[Address]:
    """Every URL pattern below `resolver`, the portal's own unless given, in its order."""
    return list(_walk(resolver or get_resolver(), "", "", frozenset()))


def _walk(
    resolver: URLResolver, route: str, namespace: str, arguments: frozenset[str]
) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        path = route + str(pattern.pattern).removeprefix("^").removesuffix("$")
        taken = arguments | set(_names(pattern))
        if isinstance(pattern, URLPattern):
            name = f"{namespace}{pattern.name or ''}"
            yield Address(f"/{path}", name, pattern.callback, taken)
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, path, inner, taken)


def _names(pattern: URLPattern | URLResolver) -> Iterable[str]:
    converters = getattr(pattern.pattern, "converters", {})
    return converters or pattern.pattern.regex.groupindex


def row(address: Address) -> dict[str, Any]:
    """The address as a line of the list; `policy` is empty when nothing says who passes."""
    policy = address.policy
    line = {"url": address.route, "name": address.name, "methods": list(ANY)}
    if policy is not None:
        return line | {
            "methods": list(policy.methods),
            "policy": policy.kind,
            "act": policy.act,
            "finds": list(policy.finds),
            "reason": policy.reason,
        }
    key = address.exempted_by(EXEMPTIONS)
    exemption = EXEMPTIONS[key] if key else Exemption("", "")
    return line | {
        "policy": exemption.kind,
        "act": "",
        "finds": [],
        "reason": exemption.reason,
    }


def problems(found: list[Address], exemptions: dict[str, Exemption] = EXEMPTIONS) -> list[str]:
    """What is wrong with the addresses or with the list of exemptions, each as a sentence."""
    wrong = []
    needed = set()
    for address in found:
        key = address.exempted_by(exemptions)
        if address.policy is not None:
            wrong += _faults_of_page(address)
        elif key is None:
            wrong.append(f"{address.route} ({address.name or 'no name'}) has no policy.")
        elif address.ours and not key.endswith(":*"):
            wrong.append(f"{address.route} is a view of ours: give it a policy, no exemption.")
        else:
            needed.add(key)
    wrong += [
        f"The exemption {key} is stale: no address needs it."
        for key in exemptions
        if key not in needed
    ]
    return wrong


def _faults_of_page(address: Address) -> list[str]:
    """A page inside an organisation finds each object of its URL by a named question, and no
    other page stands there: what is under `/o/` cannot forget to ask who is an actor in it."""
    policy = address.policy
    assert policy is not None  # noqa: S101
    inside = address.route.startswith("/o/")
    if inside != (policy.kind == "act"):
        return [f"{address.route} is {policy.kind}: pages under /o/, and only they, name an act."]
    if inside and address.arguments - {"organisation"} != set(policy.finds):
        return [f"{address.route} takes objects that its policy does not find."]
    if policy.kind != "act" and not policy.reason:
        return [f"{address.route} is {policy.kind} without a reason."]
    return []
