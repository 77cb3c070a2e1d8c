"""Tenders in public: /<language>/tenders/…"""

from django.urls import path

from tenders.views import cancel, choosing, reaching, requester, submit

MINE = "mine/<slug:tender>/"

urlpatterns = [
    path("", submit.tender_submit, name="tender_submit"),
    path("preview/", submit.tender_preview, name="tender_preview"),
    path("sent/", submit.tender_sent, name="tender_sent"),
    path("link/<slug:token>/", reaching.tender_link, name="tender_link"),
    path("gone/", reaching.tender_gone, name="tender_gone"),
    path("confirm/<slug:tender>/", submit.tender_confirm, name="tender_confirm"),
    path(MINE, requester.tender_mine, name="tender_mine"),
    path(MINE + "cancel/", cancel.tender_cancel, name="tender_cancel"),
    path(MINE + "prolong/", requester.tender_prolong, name="tender_prolong"),
    path(MINE + "partners/", requester.tender_cap, name="tender_cap"),
    path(MINE + "proposals/<slug:proposal>/ask/", requester.tender_ask, name="tender_ask"),
    path(MINE + "proposals/<slug:proposal>/choose/", choosing.tender_choose, name="tender_choose"),
    path(
        MINE + "attachments/<slug:attachment>/",
        requester.tender_attachment_mine,
        name="tender_attachment_mine",
    ),
]
