from booking.kit.words import _, speaking
from booking.web.prose import figure, prose, told


def test_key_words_are_bold_and_nothing_else_is_markup() -> None:
    words = {"en": "It is **not** a <b>cure</b> & more"}

    assert told(words) == "It is <strong>not</strong> a &lt;b&gt;cure&lt;/b&gt; &amp; more"


def test_blank_lines_part_paragraphs() -> None:
    assert prose({"en": "One.\nStill one.\n\n  \nTwo.\n"}) == "<p>One.\nStill one.</p>\n<p>Two.</p>"


def test_a_text_that_falls_back_to_english_says_that_it_is_english() -> None:
    words = {"en": "Rest"}

    with speaking("es"):
        said = told(words), prose(words), told({"en": "Rest", "es": "Reposo"})

    assert said == ('<span lang="en">Rest</span>', '<p lang="en">Rest</p>', "Reposo")


def test_the_products_own_sentences_may_have_key_words_too() -> None:
    assert told(_("Land **%(hours)s hours** before.").with_facts(hours=18)) == "Land <strong>18 hours</strong> before."


def test_figures_are_written_as_the_language_writes_them() -> None:
    with speaking("es"):
        spanish = figure(-0.5)

    assert (figure(-0.5), spanish) == ("\N{MINUS SIGN}0.50", "\N{MINUS SIGN}0,50")
