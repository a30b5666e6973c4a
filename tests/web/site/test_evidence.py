from booking.demo.clinic.load import programme_content
from booking.kit.words import speaking
from booking.programmes.content import parse_content
from booking.web.site.evidence import effect_plot, evidence_rows

TRIALS = parse_content(programme_content()).evidence.trials


def test_the_picture_compares_and_names_the_finished_trials_that_it_cannot_draw() -> None:
    plot = effect_plot(TRIALS)

    assert [row.trial.name for panel in plot.panels for row in panel.rows] == [
        "MASTERS",
        "TREASURE",
        "InveST",
        "CoBIS-2",
    ]
    assert [trial.name for trial in plot.no_interval] == ["STARTING-2", "ACTIsSIMA"]


def test_the_table_has_every_trial_and_says_how_each_is_known() -> None:
    with speaking("en"):
        rows = evidence_rows(TRIALS)
        first, third, ninth = rows[0], rows[2], rows[8]
        said = (str(first["verdict"]), str(third["n"]), ninth["href"])

    assert [row["name"] for row in rows] == [trial.name for trial in TRIALS]
    assert said == ("No better", "300 planned", None)
    assert "From memory, being checked: Lancet Neurology" in first["result"]
    assert first["href"] == "https://clinicaltrials.gov/study/NCT01436487"
