"""The catalogue in the admin: its forms, and the way in and out by CSV (C1)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clients.models import Category, ProductType
from tests.portal.admin_pages import address, model_of

pytestmark = pytest.mark.django_db


def upload(browser, label, content, *, confirm=True):
    file = SimpleUploadedFile("catalogue.csv", content, content_type="text/csv")
    page = browser.post(
        address(label, "import"), {"format": "0", "resource": "0", "import_file": file}
    )
    assert page.status_code == 200
    form = page.context.get("confirm_form")
    if not (confirm and form):
        return page
    return browser.post(address(label, "process_import"), form.initial, follow=True)


def test_categories_come_from_a_spreadsheet(world, staff):
    content = (
        "slug;name;icon;position;name_fr;name_de\r\n"
        "streaming;Live streaming;broadcast;5;Diffusion;\r\n"
        "security;Security;lock;6;Sécurité;Sicherheit\r\n"
    )
    upload(staff, "clients.Category", b"\xef\xbb\xbf" + content.encode())
    streaming, security = world.category("streaming"), world.category("security")
    assert streaming.name == "Live streaming"
    assert streaming.names == {"fr": "Diffusion", "it": "Streaming", "es": "Streaming"}
    assert (security.icon, security.position) == ("lock", 6)
    assert security.names == {"fr": "Sécurité", "de": "Sicherheit"}
    assert Category.objects.count() == 6


def test_product_types_come_with_commas_too(world, staff):
    content = "slug,name,category,period\nfirewall,Firewall,cloud-computing,monthly\n"
    upload(staff, "clients.ProductType", content.encode())
    firewall = world.product_type("firewall")
    assert (firewall.category.slug, firewall.period) == ("cloud-computing", "monthly")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("slug;name;category;period\nx;X;clouds;monthly\n", "does not exist"),
        ("slug;name;category;period\nx;X;cloud-computing;weekly\n", "weekly"),
        ("slug;nom;category\nx;X;cloud-computing\n", "Unknown columns: nom"),
        ("name\nX\n", "must be there"),
        ("slug;name;category\nx;" + "X" * 81 + ";cloud-computing\n", "80"),
        ("", ""),
    ],
)
def test_a_wrong_spreadsheet_is_said_before_anything_is_written(world, staff, content, error):
    before = ProductType.objects.count()
    page = upload(staff, "clients.ProductType", content.encode())
    assert error in page.content.decode()
    assert ProductType.objects.count() == before


def test_the_catalogue_goes_out_and_comes_in_unchanged(world, staff):
    for label in ("clients.Category", "clients.ProductType"):
        model = model_of(label)
        before = list(model.objects.order_by("pk").values())
        page = staff.get(address(label, "export"))
        fields = [
            name for name in page.context["form"].fields if name not in ("resource", "export_items")
        ]
        data = dict.fromkeys(fields, "on") | {"format": "0", "resource": "0"}
        answer = staff.post(address(label, "export"), data)
        content = b"".join(answer) if answer.streaming else answer.content
        assert content.startswith(b"\xef\xbb\xbf")
        upload(staff, label, content)
        assert list(model.objects.order_by("pk").values()) == before


def test_an_import_that_was_not_confirmed_in_time(staff):
    data = {
        "import_file_name": "gone", "original_file_name": "x.csv", "format": "0", "resource": "0",
    }  # fmt: skip
    assert staff.post(address("clients.Category", "process_import"), data).status_code == 404


def test_names_are_written_in_boxes(world, staff):
    drive = world.product_type("cloud-drive")
    page = address("clients.ProductType", "change", drive.pk)
    assert "Archiviazione cloud" in staff.get(page).content.decode()
    data = {
        "name": "Drive", "name_fr": "Disque", "name_de": " ", "name_it": "", "name_es": "Disco",
        "slug": drive.slug, "category": drive.category_id, "period": "monthly",
        "is_offered": "on", "position": "2",
    }  # fmt: skip
    assert staff.post(page, data).status_code == 302
    drive.refresh_from_db()
    assert (drive.name, drive.names) == ("Drive", {"fr": "Disque", "es": "Disco"})


def test_a_used_type_stays(world, staff):
    hosting = world.product_type("web-hosting")
    page = address("clients.ProductType", "delete", hosting.pk)
    staff.post(page, {"post": "yes"})
    assert ProductType.objects.filter(pk=hosting.pk).exists()
