"""The directory: /<language>/directory/…"""

from django.urls import path

from partners.views import directory

urlpatterns = [
    path("", directory.directory, name="directory"),
    path("<slug:organisation>/", directory.directory_page, name="directory_page"),
    path("<slug:organisation>/contact/", directory.directory_contact, name="directory_contact"),
    path("<slug:organisation>/invite/", directory.directory_invite, name="directory_invite"),
]
