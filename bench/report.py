"""What a run found: lines for the terminal, a page with a picture for the docs."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import psutil
from matplotlib.figure import Figure

from bench.kept import CIRCUMSTANCES, Measured, keep, measured_now
from bench.results import PEAK_LIMIT_MB, Result
from bench.servers import POSTGRES_SETTINGS

PAGE, PICTURE = "benchmarks.md", "benchmarks.png"
BAR = 0.36
GIGABYTE = 2**30


def line(result: Result) -> str:
    """One result for the terminal."""
    peak = f", peak {result.peak_mb:.0f} MB" if result.peak_mb else ""
    verdict = "kept" if result.is_kept else "EXCEEDED"
    parts = "".join(
        f"\n    {part}: {ours:.2f} {result.unit}, {reference:.2f} {result.unit}"
        for part, (ours, reference) in result.parts.items()
    )
    return (
        f"{result.step}: {_shown(result.ours, result)}, "
        f"reference {_shown(result.reference, result)}, "
        f"ratio {result.ratio:.2f} of at most {result.limit}{peak} ({verdict}; {result.work}){parts}"
    )


def write_report(results: Sequence[Result], load: float, folder: Path, command: str) -> None:
    """Writes the page and its picture into a folder, with what earlier runs found of other steps.

    ``load`` is what ran before the benchmark, ``command`` the arguments that it was started with.
    """
    pictures = folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    found = keep(measured_now(results, _machine(), command, load), folder)
    _picture([each.result for each in found]).savefig(pictures / PICTURE, dpi=140)
    (folder / PAGE).write_text(_page(found), encoding="utf-8")


def _page(found: Sequence[Measured]) -> str:
    settings = ", ".join(f"{name} {value}" for name, value in POSTGRES_SETTINGS.items())
    rows = "\n".join(_row(each) for each in found)
    runs = "\n".join(
        f'| {on} | {machine} | `make bench ARGS="{command}"` | {load:.1f} |'
        for on, machine, command, load in sorted(
            {tuple(getattr(each, name) for name in CIRCUMSTANCES) for each in found}
        )
    )
    return f"""# Benchmarks

What `make bench` found.
PostgreSQL 18 from the wheel, on the same machine ({settings}).
Times are those of one run, or medians of several by turns, and do not travel; the ratios do.

![Times beside their references](pictures/{PICTURE})

| Step | Work | Runs | Ours | Reference | Ratio | At most | Peak memory | On |
|-|-|-|-|-|-|-|-|-|
{rows}

Peak memory is that of the pulling process, and has to stay below {PEAK_LIMIT_MB:.0f} MB.

| On | Machine | Command | Load before |
|-|-|-|-|
{runs}

A load of more than 0.5 says that other programs shared the machine.

## What the references are

Each reference does the same work, and the run stops when the outcomes differ.

- **Pull**: a program written by hand for this one table (`bench/reference.py`): the driver itself, blocks of rows, the
  same canonical values, checks of VINs, plates and phones, AES-GCM and keyed hashes of contact data, the row's hash,
  and one COPY in text form. Afterwards all rows are compared, row hashes and keyed hashes included.
- **Flags**: one statement written by hand for the rules of repair orders (`include/sql/bench/flag_repair_orders.sql`).
  Both leave the same flags.
- **Merge**: an `insert … on conflict` written by hand and the state of the vehicles in the load. Afterwards orders and
  vehicles are the same. Our stage also locks, counts promoted, unchanged and stale rows, checks that they add up, and
  keeps its report.
- **Service due**: one statement written by hand for the policy that the house has today
  (`include/sql/bench/know_service_due.sql`), over the vehicles whose last visit was reversed. Afterwards the next
  services of the whole fleet are the same. Our stage also asks whether the policy changed, takes what each store's pack
  says for the base day and the model, and writes only rows that differ.
- **Rules of a day**: two statements written by hand (`include/sql/bench/make_tasks.sql`, `tell_tasks.sql`) with the
  dates of today's two packs written out, which find each follow-up by the day of its event on indexes, give it an owner,
  ask whether the customer agreed to offers, and make its messages. The group has what all follow-ups of the packs are
  about: three of ten vehicles insured by their store, a lead for every third sale, of which four of ten are defeated,
  consents of six of ten customers, the birthday of every second person, a booking for every fifth vehicle whose service
  is due about now, and two of a hundred calls to customers who were not content. Campaigns are started by people, and
  the day is no festival, so nobody is invited or greeted for these. On the evening before, staff had called who was due
  until then. Afterwards the new tasks, all their dates, and who did not agree are the same. Our stage also reads policy
  and calendar, asks whether the customer was called or wants none of it, keeps the contact budget, looks at all open
  tasks again, and counts.
- **Night over a long history**: the same night of the same fleet over a history a tenth as long; all stages together.
  Both leave the same orders of the night, and the same follow-ups of them with the same dates. “Ours” is the longer
  history.
- **Scorecards of a month**, seconds a figure: one combined statement written by hand for eight figures and the places of
  people by satisfaction (`include/sql/bench/score_month.sql`), and one that keeps the rows that they stand on
  (`keep_rows.sql`), with keys as ours have. Afterwards figures, places and rows are the same. Our stage counts some more
  figures, and its seconds are divided by all that had rows; it also reads policy and calendar, asks for each follow-up
  what excuses it, keeps each row of a store's figure on the scorecard of everybody who has it, and judges points and
  targets. The second part is the same month counted and not kept, beside the combined statement alone.
- **Documents of a month**: the same texts, ready, through the same libraries and nothing else (`bench/bare_documents.py`):
  templates compiled once, styles inlined, messages built; the cells of the workbook written by the same library; the PDF
  set from the same data. Afterwards all texts, cells and the PDF are the same. Ours reads the rows, makes the texts and
  the documents; no mail is sent. Their memory is the peak of a process of its own after all mails, beside that after half
  of them.

{_parts([each.result for each in found])}
## Run it

```
make bench                                        # size S: some minutes; --report docs: this page anew
make bench ARGS="--size L --runs 1"               # that of the largest groups; an hour or more
make bench ARGS="--size L --night S"              # a large first load, and small nights
make bench ARGS="--size M --only merge history"   # some steps only; their rows here are renewed, others stay
```

MariaDB takes part where `mariadbd` is installed (`apt-get install mariadb-server`); where it is not, the run says that it
was not measured. The exit code is 1 when a limit is exceeded.
"""


def _shown(figures: Sequence[float], result: Result) -> str:
    return f"{median(figures):.2f} {result.unit}"


def _row(measured: Measured) -> str:
    result = measured.result
    peak = f"{result.peak_mb:.0f} MB" if result.peak_mb else "–"
    return (
        f"| {result.step} | {result.work} | {len(result.ours)} | {_shown(result.ours, result)} "
        f"| {_shown(result.reference, result)} | {result.ratio:.2f} | {result.limit} | {peak} | {measured.on} |"
    )


def _parts(results: Sequence[Result]) -> str:
    return "".join(
        f"Parts of “{result.step}” in seconds:\n\n"
        "| Part | Ours | Reference |\n|-|-|-|\n"
        + "".join(
            f"| {part} | {ours:.2f} | {reference:.2f} |\n"
            for part, (ours, reference) in result.parts.items()
        )
        + "\n"
        for result in results
        if result.parts
    )


def _machine() -> str:
    memory = psutil.virtual_memory().total / GIGABYTE
    return (
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def _processor() -> str:
    for line_of_file in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line_of_file.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _picture(results: Sequence[Result]) -> Figure:
    """Ratios as bars, each with its limit as a mark."""
    figure = Figure(figsize=(8, 0.7 * len(results) + 1.2), layout="constrained")
    axes = figure.subplots()
    places = range(len(results))
    for place, result in zip(places, results, strict=True):
        color = "#2a6f97" if result.is_kept else "#c1121f"
        axes.barh(place, result.ratio, height=2 * BAR, color=color)
        axes.plot([result.limit] * 2, [place - BAR, place + BAR], color="black", linewidth=2)
        axes.text(
            max(result.ratio, result.limit) + 0.05,
            place,
            f"{result.ratio:.2f}   ({median(result.ours):.1f} {result.unit} / "
            f"{median(result.reference):.1f} {result.unit})",
            va="center",
        )
    # Room for the figures, which stand right of bar and mark.
    axes.set_xlim(0, 1.5 * max(max(result.ratio, result.limit) for result in results))
    axes.axvline(1, color="grey", linewidth=0.8, linestyle=":")
    axes.set_yticks(list(places), [result.step for result in results])
    axes.invert_yaxis()
    axes.set_xlabel("time / reference; the black mark is the limit")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
