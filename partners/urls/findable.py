"""What has no language: /robots.txt, /sitemap.xml and the logos of the directory."""

from django.urls import path

from partners.views import directory, findable

urlpatterns = [
    path("robots.txt", findable.robots, name="robots"),
    path("sitemap.xml", findable.sitemap, name="sitemap"),
    path("logos/<slug:logo>/", directory.directory_logo, name="directory_logo"),
]
