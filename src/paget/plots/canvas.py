"""How a figure is begun, titled, labelled and saved, the same for all of them.

Figures are made without pyplot: no window, no state that outlives a call. The settings of matplotlib are put in place
while a figure is drawn or saved, under a lock since they are global, and put back after.
"""

from __future__ import annotations

import io
import re
import textwrap
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec

import numpy as np

from paget.errors import MissingExtraError, SettingError
from paget.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from paget.plots.drawing import Drawing

P = ParamSpec("P")

SUFFIXES: Final = (".png", ".svg", ".pdf")
DPI: Final = 144
TITLE_SIGNS: Final = 58
LONG_ROW: Final = 5
"""Names in a row from which it no longer fits beside long labels."""
_SIGNS_INCH: Final = 12.0
_EDGE_INCH: Final = 0.1
_TITLE_INCH: Final = 0.26
_LINE_INCH: Final = 0.2
_POINTS_INCH: Final = 72.0
_POINT_PX: Final = 96.0 / _POINTS_INCH
_LOCK: Final = threading.RLock()
_NOT_STYLE: Final = (
    *("backend", "interactive", "toolbar", "timezone", "tk.", "webagg", "keymap", "docstring", "macosx"),
    *("figure.max_open_warning", "figure.raise_window", "savefig.directory"),
)
"""Settings of windows and of the process, which are the user's own."""
_SETTINGS: Final[dict[str, Any]] = {
    "font.family": list(style.FONTS[:1]),
    "font.size": style.TEXT_POINT,
    "text.color": style.INK,
    "axes.edgecolor": style.MUTED,
    "axes.labelcolor": style.INK,
    "axes.labelsize": style.TEXT_POINT,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.labelsize": style.SMALL_POINT,
    "ytick.labelsize": style.SMALL_POINT,
    "figure.facecolor": style.PAPER,
    "savefig.facecolor": style.PAPER,
    "svg.fonttype": "none",
    "svg.hashsalt": "paget",
    "pdf.fonttype": 42,
}


@contextmanager
def styled() -> Iterator[None]:
    """Put this package's settings of matplotlib in place for a while, whatever the user's own are.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ModuleNotFoundError as missing:
        raise MissingExtraError("A figure", "matplotlib", "plots") from missing
    usual: dict[Any, Any] = dict(mpl.rcParamsDefault)
    usual = {key: value for key, value in usual.items() if not key.startswith(_NOT_STYLE)}
    with _LOCK, mpl.rc_context(usual | _SETTINGS):
        yield


def in_style(function: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw a figure in this package's style; wraps a function that returns one."""

    @wraps(function)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with styled():
            return function(*args, **kwargs)

    return drawn


def new_figure(title: str, body_inch: float, *, width_inch: float = style.WIDTH_INCH, subtitle: str = "") -> Drawing:
    """Return an empty figure with its title and subtitle at the upper left.

    Parameters
    ----------
    title
        What the figure is about.
    body_inch, width_inch
        Size of what stands under the title.
    subtitle
        What one has to know to read it.
    """
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    from paget.plots.drawing import Drawing as Begun

    titles = textwrap.wrap(title, int(TITLE_SIGNS * width_inch / style.WIDTH_INCH))
    lines = [part for line in subtitle.split("\n") for part in textwrap.wrap(line, int(_SIGNS_INCH * width_inch))]
    head = _EDGE_INCH + _TITLE_INCH * len(titles) + _LINE_INCH * len(lines) + 0.06
    height = body_inch + head
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.06, rect=(0.0, 0.0, 1.0, body_inch / height))
    figure = Begun(figsize=(width_inch, height), layout=layout)
    figure.alt = f"{title}. {subtitle}".strip()
    left, top = _EDGE_INCH / width_inch, 1.0 - _EDGE_INCH / height
    own: dict[str, Any] = {"ha": "left", "va": "top", "linespacing": 1.15}
    figure.text(left, top, "\n".join(titles), fontsize=style.TITLE_POINT, fontweight="bold", gid="title", **own)
    below = top - _TITLE_INCH * len(titles) / height
    figure.text(left, below, "\n".join(lines), fontsize=style.SMALL_POINT, color=style.MUTED, gid="subtitle", **own)
    return figure


def plain_axes(axes: Axes, *, grid: str = "", baseline: bool = True) -> Axes:
    """Take the frame off axes and leave faint rules.

    Parameters
    ----------
    axes
        The axes.
    grid
        ``x`` or ``y`` for rules across that axis, ``both`` for both.
    baseline
        Whether the lower line stays.
    """
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_visible(baseline)
    axes.tick_params(length=0, pad=5, labelsize=style.SMALL_POINT, labelcolor=style.INK)
    if grid:
        axes.grid(axis=grid, color=style.RULE, linewidth=0.8)  # type: ignore[arg-type]
    return axes


def boxes(
    axes: Axes,
    corners: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    colours: Sequence[str],
    *,
    gid: str,
) -> None:
    """Draw many rectangles as one, later ones over earlier ones; the limits of the axes stay as they are.

    Parameters
    ----------
    axes
        The axes.
    corners, sizes
        Lower left corner, and width and height, of each.
    colours
        Its colour.
    gid
        Name of all of them.
    """
    from matplotlib.collections import PolyCollection

    outlines = [
        [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
        for (x, y), (wide, high) in zip(corners, sizes, strict=True)
    ]
    # Smoothed edges of neighbours would show as stripes between them.
    crisp: dict[str, Any] = {"edgecolors": "none", "antialiaseds": False}
    axes.add_collection(PolyCollection(outlines, facecolors=colours, gid=gid, **crisp), autolim=False)


def named_patches(axes: Axes, colours: Mapping[str, str]) -> None:
    """Name colours in a row above the axes; a long row ends with them and may begin above what stands to their left.

    Parameters
    ----------
    axes
        The axes.
    colours
        Name to colour, in order.
    """
    from matplotlib.patches import Patch

    axes.legend(
        handles=[Patch(color=colour, label=name) for name, colour in colours.items()],
        loc="lower right" if len(colours) >= LONG_ROW else "lower left",
        bbox_to_anchor=(1.0 if len(colours) >= LONG_ROW else 0.0, 1.0),
        ncols=len(colours),
        frameon=False,
        fontsize=style.SMALL_POINT,
        handlelength=0.9,
        handleheight=0.9,
        handletextpad=0.5,
        columnspacing=1.1,
        borderaxespad=0.2,
    )


def spread_out(wanted: Sequence[float], gap: float, low: float, high: float) -> NDArray[np.float64]:
    """Return positions near the wanted ones, at least a gap apart, so that labels do not cover each other.

    Parameters
    ----------
    wanted
        Where the labels would stand.
    gap
        Least distance between two.
    low, high
        Bounds; they are overstepped only where the labels do not fit between them.

    Returns
    -------
    ndarray
        Positions in the order of `wanted`.
    """
    order = np.argsort(wanted, kind="stable")
    placed = np.clip(np.asarray(wanted, float)[order], low, high)
    for number in range(1, placed.size):
        placed[number] = max(placed[number], placed[number - 1] + gap)
    if placed.size and placed[-1] > high:
        placed[-1] = high
        for number in range(placed.size - 2, -1, -1):
            placed[number] = min(placed[number], placed[number + 1] - gap)
    found = np.empty(placed.size)
    found[order] = placed
    return found


def count_words(value: float) -> str:
    """Return a count in words short enough for a label: 3,506 or 19 billion."""
    for name, size in (("trillion", 1e12), ("billion", 1e9), ("million", 1e6)):
        if value >= size:
            return f"{value / size:.2g} {name}" if value < 100 * size else f"{value / size:,.0f} {name}"
    if value >= 100.0:  # noqa: PLR2004 - whole numbers from three digits on
        return f"{value:,.0f}"
    return "0" if value == 0.0 else f"{value:.2g}"


def save(figure: Figure, path: str | Path, *, dpi: int = DPI) -> Path:
    """Write a figure to a file, the same bytes for the same figure.

    Parameters
    ----------
    figure
        Any matplotlib figure.
    path
        Where to; the suffix says the format: ``.png``, ``.svg`` or ``.pdf``.
    dpi
        Pixels per inch of a PNG.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    SettingError
        If the suffix is another.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise SettingError(
            "A figure cannot be written in this format.",
            key="path",
            value=str(path),
            allowed=SUFFIXES,
            fix="end the name of the file in .png",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    no_date = {".png": {"Software": None}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    with styled():
        figure.savefig(target, dpi=dpi, metadata=no_date[suffix])
    return target


def svg(figure: Figure, *, alt: str) -> str:
    """Return a figure as an SVG element for a page, the same text for the same figure.

    Parameters
    ----------
    figure
        Any matplotlib figure.
    alt
        What it tells, for those who cannot see it.

    Returns
    -------
    str
        One ``<svg>`` with ``role="img"`` and a title. Its ids begin with a hash of what it shows, so that several
        figures can stand in one page; text stays text.
    """
    text = _written(figure)
    mark = "f" + sha256((text + alt).encode()).hexdigest()[:10]
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = _with_own_ids(text, mark)
    text = re.sub(r'href="#([^"]+)"', rf'href="#{mark}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{mark}-\1)", text)
    # A style element in an inline SVG holds for the whole page unless it is bound to this one.
    text = text.replace("*{stroke-linejoin", f"#{mark} *{{stroke-linejoin")
    text = text.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    return _opened(text, mark, alt)


def _written(figure: Figure) -> str:
    """Return what `savefig` writes, by one renderer that lays out and draws: `savefig` makes three, and draws twice."""
    from matplotlib.backends.backend_svg import RendererSVG

    buffer = io.StringIO()
    width, height = (_POINTS_INCH * side for side in figure.get_size_inches())
    canvas: Any = figure.canvas
    dpi = figure.dpi
    with styled():
        try:
            figure.dpi = _POINTS_INCH
            renderer = RendererSVG(  # type: ignore[no-untyped-call]
                width, height, buffer, image_dpi=int(dpi), metadata={"Date": None}
            )
            canvas.get_renderer = lambda: renderer
            figure.draw(renderer)
            renderer.finalize()  # type: ignore[no-untyped-call]
        finally:
            vars(canvas).pop("get_renderer", None)
            figure.dpi = dpi
    return buffer.getvalue()


def _with_own_ids(text: str, mark: str) -> str:
    """Return the SVG with a mark before each id, and a number after those that occur again."""
    seen: Counter[str] = Counter()

    def own(found: re.Match[str]) -> str:
        name = re.sub(r"\s+", "-", found.group(1))
        seen[name] += 1
        return f'id="{mark}-{name}"' if seen[name] == 1 else f'id="{mark}-{name}-again{seen[name]}"'

    return re.sub(r'\bid="([^"]+)"', own, text)


def _opened(text: str, mark: str, alt: str) -> str:
    """Return the SVG with an opening tag of its own: size in pixels, role and title."""
    end = text.index(">") + 1
    view = re.search(r'viewBox="([^"]+)"', text[:end])
    box = view.group(1) if view else "0 0 1 1"
    width, height = (float(part) * _POINT_PX for part in box.split()[2:])
    return (
        f'<svg id="{mark}" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box}" width="{width:.0f}" height="{height:.0f}" style="max-width:100%;height:auto" '
        f'role="img" aria-labelledby="{mark}-alt"><title id="{mark}-alt">{escape(alt)}</title>{text[end:]}'
    )
