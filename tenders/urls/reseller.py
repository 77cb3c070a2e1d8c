"""Tenders for partners: /o/<organisation>/reseller/tenders/…"""

from django.urls import path

from tenders.views import board, preferences, proposals, tender

urlpatterns = [
    path("", board.tenders, name="tenders"),
    path("preferences/", preferences.tender_preferences, name="tender_preferences"),
    path("questions/<slug:question>/", proposals.question_answer, name="question_answer"),
    path("files/<slug:attachment>/", proposals.proposal_attachment, name="proposal_attachment"),
    path("proposals/<slug:proposal>/send/", proposals.proposal_send, name="proposal_send"),
    path(
        "proposals/<slug:proposal>/withdraw/", proposals.proposal_withdraw, name="proposal_withdraw"
    ),
    path("<slug:tender>/", tender.tender_page, name="tender"),
    path("<slug:tender>/open/", tender.tender_open, name="tender_open"),
    path("<slug:tender>/proposal/", proposals.proposal_edit, name="proposal_edit"),
]
