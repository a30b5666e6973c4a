from booking.kit.words import Text, _, direction, known_language, ngettext_, own_name, speaking


def test_a_sentence_is_filled_where_it_is_shown() -> None:
    assert str(_("Held until %(hour)s.").with_facts(hour="10:00")) == "Held until 10:00."


def test_a_counted_sentence_takes_its_form_from_the_number() -> None:
    left = ngettext_("%(num)s day", "%(num)s days")

    assert [left.into("en", num=1), left.into("en", num=3)] == ["1 day", "3 days"]


def test_a_sentence_within_a_sentence_is_translated_with_it() -> None:
    assert _("Next: %(step)s").with_facts(step=_("your plan")).into("en") == "Next: your plan"


def test_a_sentence_speaks_the_language_of_the_task() -> None:
    with speaking("es"):
        assert isinstance(str(Text("Not in any catalogue.")), str)


def test_languages_name_themselves_and_know_their_direction() -> None:
    assert (own_name("es"), direction("ar"), direction("es"), known_language("es-MX"), known_language("xx")) == (
        "español",
        "rtl",
        "ltr",
        "es",
        None,
    )
