"""Backups of clients: /o/<organisation>/reseller/backups/…"""

from django.urls import path

from clients.views import backups

urlpatterns = [
    path("", backups.backup_list, name="backups"),
    path("backups.csv", backups.backup_csv, name="backups_csv"),
    path("<slug:product>/move/", backups.backup_move, name="backup_move"),
]
