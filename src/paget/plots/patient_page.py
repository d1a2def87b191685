"""The patient view as an object: its data, a piece of a page, and a widget in notebooks."""

from __future__ import annotations

import html
import itertools
import json
from importlib import resources
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from paget.errors import MissingExtraError, SettingError
from paget.plots.patient_data import patient_data
from paget.plots.style import LOADS_NOTHING

if TYPE_CHECKING:
    from paget.cohort.cohort import Cohort
    from paget.cohort.trajectory import Life

EXPORT: Final = "export default { render };"
"""The module's last line, in whose place a page calls `render`."""
FOLDER: Final = "patient_view"
HEIGHT_PIXEL: Final = 1180
"""Height of the frame in notebooks without widgets."""
_NUMBERS = itertools.count(1)


class PatientView:
    """One patient's life, or two of them, to look at.

    Parameters
    ----------
    data
        What `patient_data` returns.

    Examples
    --------
    >>> paget.plots.patient_view(cohort, 3)  # doctest: +SKIP
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    def html(self) -> str:
        """Return a piece of HTML that holds all it needs: style, data, module, and the story as text until it runs."""
        ident = f"pgv-{next(_NUMBERS)}"
        data = json.dumps(self.data, separators=(",", ":"), ensure_ascii=False).replace("</", "<\\/")
        call = (
            f'const held = JSON.parse(document.getElementById("{ident}-data").textContent);\n'
            f'render({{ model: {{ get: () => held }}, el: document.getElementById("{ident}") }});'
        )
        return (
            f'<style>{style()}</style><div id="{ident}" class="pgv-host">{self._text()}</div>'
            f'<script type="application/json" id="{ident}-data">{data}</script>'
            f'<script type="module">{module().replace(EXPORT, call)}</script>'
        )

    def page(self) -> str:
        """Return a page of HTML that holds the view and nothing else."""
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{LOADS_NOTHING}">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{html.escape(self.data['title'])}</title>"
            "<style>body{margin:0 auto;max-width:1280px;background:#fff}"
            ".pgv-note{padding:0 14px 20px;font:13px/1.4 'DejaVu Sans',Verdana,sans-serif;color:#595959}</style></head>"
            f"<body><main>{self.html()}</main>"
            '<footer class="pgv-note">A simulated patient. For research; not a medical device.</footer></body></html>\n'
        )

    def widget(self) -> Any:  # noqa: ANN401 - a class of an optional package
        """Return the view as a widget of Jupyter, marimo and the like.

        Raises
        ------
        MissingExtraError
            If anywidget is not installed.
        """
        try:
            import anywidget
            import traitlets
        except ImportError as error:
            raise MissingExtraError("A widget", "anywidget", "plots") from error
        members = {"_esm": module(), "_css": style(), "data": traitlets.Dict().tag(sync=True)}
        return type("PatientWidget", (anywidget.AnyWidget,), members)(data=self.data)

    def _repr_mimebundle_(self, **wanted: object) -> Any:  # noqa: ANN401 - Jupyter's own protocol
        """Return what a notebook shows: the widget, or a frame where there are no widgets."""
        if find_spec("anywidget") is None:
            return {"text/html": self._repr_html_(), "text/plain": repr(self)}
        return self.widget()._repr_mimebundle_(**wanted)

    def _repr_html_(self) -> str:
        """Return the page in a frame, for notebooks without widgets."""
        held = html.escape(self.page(), quote=True)
        return f'<iframe srcdoc="{held}" style="width:100%;height:{HEIGHT_PIXEL}px;border:0" title="Patient"></iframe>'

    def __repr__(self) -> str:
        """Say who it is, and how the lives end."""
        lives = "; ".join(f"{arm['care']}: {arm['outcome']}" for arm in self.data["arms"])
        return f"PatientView({self.data['title']}; {lives})"

    def _text(self) -> str:
        """Return the story as plain HTML, for readers without scripts."""
        first = self.data["onsetYear"]
        parts = [f"<h2>{html.escape(self.data['title'])}</h2>"]
        for arm in self.data["arms"]:
            items = "".join(
                f"<li>{first + event['day'] / self.data['yearDay']:.1f}: {html.escape(event['text'])}</li>"
                for event in arm["story"]
            )
            parts.append(f"<h3>{html.escape(arm['care'])}: {html.escape(arm['outcome'])}</h3><ul>{items}</ul>")
        return "".join(parts)


def patient_view(
    shown: Life | Cohort, index: int = 0, *, against: str | Life | None = None, care: str | None = None
) -> PatientView:
    """Return the view of one patient: what happened and what was known, on one time line.

    Parameters
    ----------
    shown
        A run whose patient it is, or a life that `paget.cohort.trajectory.one_life` returned.
    index
        Which patient of the run, from 0.
    against
        A second policy by which the same patient is cared for, or that life.
    care
        Policy in place of the run's own.

    Returns
    -------
    PatientView
        It shows itself in notebooks; `html` returns a piece of a page.

    Raises
    ------
    SettingError
        If there is no such patient, or the run's policy is an object whose code is not part of it.
    FolderError
        If this version or catalogue would give another patient than the run's.
    """
    from paget.cohort.relived import lives_of
    from paget.cohort.trajectory import Life

    if isinstance(shown, Life):
        if isinstance(against, str):
            raise SettingError("A life is compared with a life.", key="against", value=against, fix="simulate it, too")
        return PatientView(patient_data(shown, against))
    life = lives_of(shown, [index], care=care)[index]
    if isinstance(against, str):
        against = lives_of(shown, [index], care=against)[index]
    return PatientView(patient_data(life, against))


def module() -> str:
    """Return the view's module in JavaScript, in the protocol of anywidget."""
    return _read("view.js")


def style() -> str:
    """Return the view's style sheet."""
    return _read("view.css")


def _read(name: str) -> str:
    return resources.files("paget.plots").joinpath(FOLDER, name).read_text(encoding="utf-8")
