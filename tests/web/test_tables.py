from markupsafe import Markup

from booking.web.tables import labelled


def test_every_cell_but_the_first_of_a_row_says_the_head_of_its_column() -> None:
    rows = Markup('<tr><th scope="row">Lot 1</th><td class="number">8</td></tr>\n<tr><th>Lot 2</th><td>9</td></tr>')

    assert labelled(rows, ["Lot", 'Doses "left"']) == (
        '<tr><th scope="row">Lot 1</th><td data-label="Doses &#34;left&#34;" class="number">8</td></tr>\n'
        '<tr><th>Lot 2</th><td data-label="Doses &#34;left&#34;">9</td></tr>'
    )


def test_a_cell_under_no_head_says_nothing() -> None:
    assert labelled(Markup("<tr><th>Samuel</th><td>Take off</td><td>more</td></tr>"), ["Who", ""]) == (
        "<tr><th>Samuel</th><td>Take off</td><td>more</td></tr>"
    )
