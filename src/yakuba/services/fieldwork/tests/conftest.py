"""A town that takes reports, and a resident with a phone."""

from __future__ import annotations

import re
import secrets
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.fieldwork import facade
from yakuba.services.fieldwork.pages.residents import LIMITS
from yakuba.services.fieldwork.tests.examples import SECTIONS

TOWN = "/report/990019/"
HOLE = {
    "category": "road",
    "description": "橋のたもとに穴があります",
    "latitude": "35.6005",
    "longitude": "138.5005",
}


@pytest.fixture(autouse=True)
def _everybody_begins_anew():
    for one in LIMITS:
        one.forget()


@pytest.fixture
def open_town(in_yakuba_city, clerk):
    """やくば市 with sections, rules and open pages."""
    for name in SECTIONS:
        Department.objects.get_or_create(name=name)
    facade.set_rules(actor=clerk)
    set_values({"fieldwork.public": True}, actor=clerk)
    return in_yakuba_city


class Resident:
    """Somebody without a login."""

    def __init__(self):
        self.client = Client()

    def send(self, given=HOLE, key="", program=False, **more):
        """One report."""
        fields = {"key": key or secrets.token_urlsafe(24), **given, **more}
        headers = {"Accept": "application/json"} if program else {}
        return self.client.post(f"{TOWN}send/", fields, headers=headers)

    def look(self, number, secret):
        """The status page."""
        return self.client.post(f"{TOWN}status/", {"number": number, "secret": secret})


def numbers(answer):
    """Receipt number and secret of a receipt's page."""
    number, secret = re.findall(r'<dd class="number">([^<]+)</dd>', answer.content.decode())[:2]
    return number, secret


@pytest.fixture
def resident(open_town):
    return Resident()


@pytest.fixture
def staff(open_town, clerk):
    """A person of the town, signed in."""
    client = Client()
    client.force_login(clerk)
    return client


def photograph(size=(2400, 1800), gps=None, taken="", form="JPEG", shade=0):
    """A picture with EXIF, as a phone sends it. gps: (latitude, N/S, longitude, E/W) in whole degrees."""
    made = Image.linear_gradient("L").resize(size).point(lambda one: (one + shade) % 256).convert("RGB")
    exif = Image.Exif()
    exif[0x010E] = "秘密の説明"
    if gps:
        ifd = exif.get_ifd(0x8825)
        ifd.update({1: gps[1], 2: gps[0], 3: gps[3], 4: gps[2]})
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    out = BytesIO()
    made.save(out, form, exif=exif)
    return out.getvalue()


def uploaded(content, name="photo.jpg"):
    return SimpleUploadedFile(name, content, content_type="image/jpeg")
