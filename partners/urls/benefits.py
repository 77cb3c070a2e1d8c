"""Benefits of partners: /o/<organisation>/reseller/benefits/…"""

from django.urls import path

from partners.views.benefits import benefits

urlpatterns = [path("", benefits, name="benefits")]
