import pytest

from booking.itineraries.passport import CannotSpell, Match, line, match, spelled


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Müller", "MUELLER"),
        ("Muñoz", "MUNOZ"),
        ("Þór", "THOR"),
        ("Straße", "STRASSE"),
        ("Øyvind Åse", "OEYVIND AASE"),
        ("D'Artagnan", "DARTAGNAN"),
        ("García-López", "GARCIA LOPEZ"),
        ("Łukasz Wałęsa", "LUKASZ WALESA"),
        ("Đặng Văn", "DANG VAN"),
        ("İbrahim Yıldız", "IBRAHIM YILDIZ"),
        ("Nguyê\u0303n", "NGUYEN"),  # the mark as a letter of its own
        ("Щербаков Юрий", "SHCHERBAKOV IURII"),
        ("", ""),
    ],
)
def test_a_name_is_spelled_as_the_passports_own_line_spells_it(name: str, letters: str) -> None:
    assert spelled(name) == letters


@pytest.mark.parametrize("name", ["أحمد", "王小明", "Παπαδόπουλος", "Ana 王"])
def test_a_script_without_one_spelling_is_asked_for_in_latin_letters(name: str) -> None:
    with pytest.raises(CannotSpell):
        spelled(name)


@pytest.mark.parametrize(
    ("surname", "given", "expected"),
    [
        ("Eriksson", "Anna Maria", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
        ("Sukarno", "", "SUKARNO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"),
        ("Papandropoulous", "Jonathon Alec Christopher", "PAPANDROPOULOUS<<JONATHON<ALEC<CHRISTOP"),
        ("Bennelong Wooloomooloo Warrandyte Warnamb", "Dingo", "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<WA<<D"),
    ],
)
def test_the_line_has_39_characters_and_keeps_a_letter_of_the_given_name(
    surname: str, given: str, expected: str
) -> None:
    assert (line(surname, given), len(line(surname, given))) == (expected, 39)


@pytest.mark.parametrize(
    ("ticket", "surname", "given", "how_well"),
    [
        ("MUNOZ/ANA MARIA MRS", "Muñoz", "Ana María", Match.SAME),
        ("MUNOZ/ANAMARIAMRS", "Muñoz", "Ana María", Match.SAME),
        ("Ana Maria Munoz", "Muñoz", "Ana María", Match.SAME),
        ("Mrs Ana Maria Munoz", "Muñoz", "Ana María", Match.SAME),
        ("MUELLER/HANS MR", "Müller", "Hans", Match.SAME),
        ("GARCIALOPEZ/JOSE", "García-López", "José", Match.SAME),
        ("MULLER/HANS MR", "Müller", "Hans", Match.CLOSE),
        ("Hans Müller", "Mueller", "Hans", Match.SAME),
        ("MUNOZ/ANA", "Muñoz", "Ana María", Match.CLOSE),
        ("MUNOZ/ANITA", "Muñoz", "Ana María", Match.DIFFERENT),
        ("GARCIA/JOSE", "García-López", "José", Match.DIFFERENT),
        ("SUKARNO/MR", "Sukarno", "", Match.SAME),
        ("SUKARNO/FNU", "Sukarno", "", Match.SAME),
        ("FNU/SUKARNO", "Sukarno", "", Match.SAME),
        ("SUKARNO/SUKARNO", "Sukarno", "", Match.SAME),
        ("Sukarno", "Sukarno", "", Match.SAME),
        ("SUKARNO/ACHMED", "Sukarno", "", Match.DIFFERENT),
        ("", "Sukarno", "", Match.DIFFERENT),
    ],
)
def test_a_ticket_is_compared_with_the_passport_as_an_airline_does(
    ticket: str, surname: str, given: str, how_well: Match
) -> None:
    assert match(ticket, surname, given) is how_well
