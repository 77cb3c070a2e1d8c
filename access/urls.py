"""Addresses of people and organisations."""

from django.urls import path

from access.views import (
    invitations,
    mails,
    organisation,
    people,
    profile,
    second_factor,
    sessions,
    support,
)

PEOPLE = "o/<slug:organisation>/people/"
INVITATIONS = f"{PEOPLE}invitations/"

urlpatterns = [
    path("organisations/new/", organisation.organisation_new, name="organisation_new"),
    path(
        "o/<slug:organisation>/organisation/", organisation.organisation_data, name="organisation"
    ),
    path(
        "o/<slug:organisation>/organisation/edit/",
        organisation.organisation_edit,
        name="organisation_edit",
    ),
    path(PEOPLE, people.people, name="people"),
    path(f"{PEOPLE}leave/", people.member_leave, name="member_leave"),
    path(f"{PEOPLE}invite/", invitations.member_invite, name="member_invite"),
    path(INVITATIONS, invitations.member_invitations, name="member_invitations"),
    path(
        f"{INVITATIONS}<slug:invitation>/resend/",
        invitations.member_invitation_resend,
        name="member_invitation_resend",
    ),
    path(
        f"{INVITATIONS}<slug:invitation>/withdraw/",
        invitations.member_invitation_withdraw,
        name="member_invitation_withdraw",
    ),
    path(f"{PEOPLE}m/<slug:member>/", people.member, name="member"),
    path(f"{PEOPLE}m/<slug:member>/change/", people.member_change, name="member_change"),
    path(f"{PEOPLE}m/<slug:member>/remove/", people.member_remove, name="member_remove"),
    path("join/gone/", invitations.member_link_gone, name="member_link_gone"),
    path("join/i/<slug:invitation>/", invitations.member_join, name="member_join"),
    path(
        "join/i/<slug:invitation>/accept/",
        invitations.member_join_accept,
        name="member_join_accept",
    ),
    path(
        "join/i/<slug:invitation>/refuse/",
        invitations.member_join_refuse,
        name="member_join_refuse",
    ),
    path("join/<str:token>/", invitations.member_link, name="member_link"),
    path("support-code/", support.support_code, name="support_code"),
    path("o/<slug:organisation>/support/", support.support, name="support"),
    path(
        "o/<slug:organisation>/support/<slug:access>/prolong/",
        support.support_prolong,
        name="support_prolong",
    ),
    path(
        "o/<slug:organisation>/support/<slug:access>/close/",
        support.support_close,
        name="support_close",
    ),
    path("o/<slug:organisation>/premium/", support.premium, name="premium"),
    path("o/<slug:organisation>/premium/renew/", support.premium_renew, name="premium_renew"),
    path("profile/", profile.profile, name="profile"),
    path("profile/mails/", mails.mail_choices, name="mail_choices"),
    path("mails/stop/<str:token>/", mails.mail_stop, name="mail_stop"),
    path("profile/second-factor/", second_factor.second_factor, name="second_factor"),
    path("profile/sessions/", sessions.sessions, name="sessions"),
    path("profile/sessions/end/", sessions.sessions_end_others, name="sessions_end_others"),
    path("profile/sessions/<str:session>/end/", sessions.session_end, name="session_end"),
]
