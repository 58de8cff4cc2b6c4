"""Where Odoo's package comes from, and what is said where it cannot be had."""

from pathlib import Path

import pytest

from aftercare.demo.odoo_package import OdooUnavailable, install, unstable_source

DEB822 = """\
Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

# the main archive
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


@pytest.fixture
def apt(tmp_path: Path) -> Path:
    (tmp_path / "apt" / "sources.list.d").mkdir(parents=True)
    return tmp_path / "apt"


def test_the_mirror_and_its_keys_are_the_ones_that_apt_uses(apt):
    (apt / "sources.list.d" / "debian.sources").write_text(DEB822)

    assert unstable_source(apt).splitlines() == [
        "Types: deb",
        "URIs: http://mirror.example/debian",
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
        "Suites: sid",
        "Components: main",
    ]


def test_a_source_in_the_one_line_style_serves_too(apt):
    (apt / "sources.list").write_text(
        "# deb http://old.example/debian bookworm main\n"
        "deb [arch=amd64] http://mirror.example/debian/ bookworm main\n"
    )

    assert "URIs: http://mirror.example/debian/\nSuites: sid\n" in unstable_source(apt)


def test_a_machine_without_a_debian_mirror_is_told_so(apt):
    (apt / "sources.list").write_text("deb http://mirror.example/ubuntu noble main\n")

    with pytest.raises(OdooUnavailable, match="apt knows no Debian mirror here"):
        unstable_source(apt)


def test_a_mirror_without_the_package_is_said_in_one_line(apt, tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERCARE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "debian").mkdir()
    (apt / "sources.list").write_text(f"deb file:{tmp_path}/debian bookworm main\n")

    with pytest.raises(OdooUnavailable, match="odoo-19 cannot be had: apt-get") as caught:
        install(lambda _text: None, apt_folder=apt)

    assert "\n" not in str(caught.value)
    assert not (tmp_path / "cache" / "odoo" / "odoo-19").exists()
