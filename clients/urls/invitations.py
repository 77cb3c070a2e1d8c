"""The mailed links and where they lead: /invitations/…"""

from django.urls import path

from clients.views import answering, invitations

urlpatterns = [
    path("gone/", invitations.invitation_gone, name="invitation_gone"),
    path("i/<slug:link>/", invitations.invitation, name="invitation"),
    path("i/<slug:partnership>/answer/", answering.answer_request, name="request_answer"),
    path("i/<slug:partnership>/refuse/", answering.refuse_request, name="request_refuse"),
    path("<slug:token>/", invitations.invitation_link, name="invitation_link"),
]
