"""The programme in public: /<language>/programme/…"""

from django.urls import path

from partners.views.programme import programme_page

urlpatterns = [path("", programme_page, name="programme")]
