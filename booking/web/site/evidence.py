"""A programme's studies as the evidence parts draw them."""

from collections.abc import Iterable, Sequence
from typing import Final, TypedDict

from markupsafe import Markup

from booking.kit.words import Text, _, language
from booking.programmes.evidence import Trial, Verdict
from booking.programmes.parts import Basis, Known, Source, in_language
from booking.web.charts import Forest, TrialResult, forest
from booking.web.prose import told

REGISTER: Final = "https://clinicaltrials.gov/study/"

# A word and the shape beside it (parts/journey.html: status_tag).
VERDICTS: Final[dict[Verdict, tuple[Text, str]]] = {
    Verdict.BENEFIT: (_("Better with cells"), "done"),
    Verdict.NO_BENEFIT: (_("No better"), "cancelled"),
    Verdict.NO_CONTROL: (_("Cannot tell"), "info"),
    Verdict.UNFINISHED: (_("Not finished"), "waiting"),
    Verdict.UNPUBLISHED: (_("No results found"), "warning"),
}

KNOWN_FROM: Final[dict[Basis, Text]] = {
    Basis.READ: _("Read in: %(source)s"),
    Basis.CHECKING: _("From memory, being checked: %(source)s"),
    Basis.WORKED_OUT: _("Worked out by us from: %(source)s"),
}


class EvidenceRow(TypedDict):
    """What `evidence_table` reads of one trial."""

    name: str
    year: int | None
    n: int | Text
    what: Markup
    result: Markup
    href: str | None
    verdict: Text
    verdict_kind: str


def known_from(what: Known) -> str:
    """How we know it, for the reader: "Read in: Stroke 2014"."""
    if what.source is None:
        return str(_("From memory, being checked."))
    return str(KNOWN_FROM[what.basis].with_facts(source=said_by(what.source)))


def said_by(source: Source) -> str:
    """A source in the reader's language, or its name."""
    return source if isinstance(source, str) else in_language(source, language())


def evidence_rows(trials: Iterable[Trial]) -> list[EvidenceRow]:
    """The table's rows, in the language being spoken: every trial, in the order that the clinic gave."""
    return [_row(trial) for trial in trials]


def effect_plot(trials: Sequence[Trial]) -> Forest:
    """The picture of what finished trials with a control group found; those without an interval are named below it."""
    outcome = str(_("Odds of a good result, as each trial counted it. 1 is no difference."))
    compared = [trial for trial in trials if trial.verdict in {Verdict.BENEFIT, Verdict.NO_BENEFIT}]
    return forest([_result(trial, outcome) for trial in compared], language())


def _row(trial: Trial) -> EvidenceRow:
    verdict, kind = VERDICTS[trial.verdict]
    return {
        "name": trial.name,
        "year": trial.year,
        "n": _("%(count)s planned").with_facts(count=trial.n) if trial.n_is_planned else trial.n,
        "what": Markup("<br>").join((told(trial.cells), told(trial.when), told(trial.design))),
        "result": Markup('{}<br><small class="muted">{}</small>').format(told(trial.result), known_from(trial)),
        "href": f"{REGISTER}{trial.registry}" if trial.registry else None,
        "verdict": verdict,
        "verdict_kind": kind,
    }


def _result(trial: Trial, outcome: str) -> TrialResult:
    effect = trial.effect
    return TrialResult(
        name=trial.name,
        year=trial.year,
        n=trial.n,
        measure="OR",
        outcome=outcome,
        better="higher",
        effect=effect.value if effect else None,
        low=effect.low if effect else None,
        high=effect.high if effect else None,
    )
