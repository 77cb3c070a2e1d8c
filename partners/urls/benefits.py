"""Benefits of partners: /o/<organisation>/reseller/benefits/…"""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
