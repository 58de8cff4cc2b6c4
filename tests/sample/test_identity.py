"""People and vehicles are one to one, and their check digits are right."""

from math import gcd

import pytest

from aftercare.sample import identity
from aftercare.sample.identity import (
    Person,
    id_check_digit,
    make_plate,
    make_vin,
    vin_check_digit,
)
from aftercare.sources import contacts, vin

SALT = 987_654_321


@pytest.mark.parametrize("known", ["1M8GDM9AXKP042788", "11111111111111111", "5GZCZ43D13S812715"])
def test_the_check_digit_of_published_vins_is_found(known):
    assert vin_check_digit(known) == known[8]


@pytest.mark.parametrize("known", ["11010519491231002X", "440524188001010014"])
def test_the_check_digit_of_published_id_numbers_is_found(known):
    assert id_check_digit(known[:17]) == known[17]


def test_every_step_is_one_to_one():
    spaces = (
        len(identity.SURNAMES) * len(identity.GIVEN) ** 2,
        len(identity.PHONE_PREFIXES) * 10**8,
        identity.BIRTHDAYS,
        2 * 24 * 10_000 * len(identity.CITY_LETTERS),
        24 * 24 * 1000 * len(identity.CITY_LETTERS),
    )
    assert {gcd(space, identity._STEP) for space in spaces} == {1}
    assert len(set(identity.SURNAMES)) == len(identity.SURNAMES)
    assert len(set(identity.GIVEN)) == len(identity.GIVEN)


def test_names_suffice_for_the_largest_group():
    # Two people a vehicle; 600 and at most 3 a day in 400 stores over 6 years.
    people = 2 * 400 * (600 + 3 * (365 * 6 + 2))
    assert len(identity.SURNAMES) * len(identity.GIVEN) ** 2 > people


def test_no_two_people_share_a_name_a_mobile_an_id_number_or_a_birthday():
    people = [Person(number, SALT) for number in range(18_000)]
    for field in ("name", "phone", "id_no", "birthday"):
        assert len({getattr(person, field) for person in people}) == len(people), field


def test_made_up_values_pass_the_checks_of_the_sources():
    for number in range(500):
        person = Person(number, SALT)
        assert contacts.phone(person.phone)[1] == "valid"
        assert contacts.id_no(person.id_no)[1] == "valid"
        for is_new_energy in (True, False):
            plate = make_plate("沪", number, is_new_energy, SALT)
            assert contacts.plate(plate) == (plate, "valid")
            assert len(plate) == 8 if is_new_energy else 7


def test_vins_are_valid_and_unique():
    vins = [make_vin("LSV", number, number % 7, 2019 + number % 8) for number in range(3000)]
    assert len(set(vins)) == len(vins)
    assert set(vin.checked(vins)[1]) == {"valid"}


def test_plates_are_unique():
    for is_new_energy in (True, False):
        plates = {make_plate("川", number, is_new_energy, SALT) for number in range(20_000)}
        assert len(plates) == 20_000


def test_everything_written_fits_gbk():
    for text in (identity.SURNAMES, identity.GIVEN):
        assert text.encode("gbk").decode("gbk") == text
