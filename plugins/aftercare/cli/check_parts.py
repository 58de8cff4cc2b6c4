"""What `aftercare check` looks at, part by part; each yields levels (ok, warn, fail) and texts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import fsspec
from jinja2 import Environment, FileSystemLoader, TemplateSyntaxError
from sqlalchemy import Connection

from aftercare import connections, runs, warehouse
from aftercare.errors import AftercareError, ConfigurationError
from aftercare.key_registry import in_use
from aftercare.migrations.versions import newest
from aftercare.month_counts import count_faults
from aftercare.quality.compile import read_statement
from aftercare.quality.suites import read_suite
from aftercare.reports.scorecard_words import Words, read_words
from aftercare.rules.ended_kpis import ended_kpis
from aftercare.rules.festivals import FILE, Festivals
from aftercare.rules.month import RUN_DAY, late_closings, month_ends
from aftercare.rules.policy import Policy
from aftercare.scripts import LANGUAGES, script_ids, title_of
from aftercare.settings import PROJECT, Group
from aftercare.sources.batches import Address, Window
from aftercare.sources.dealer_system import DealerSystem, FileFeedMap, SqlFeedMap
from aftercare.sources.feeds import FEEDS
from aftercare.sources.files import Folder
from aftercare.sources.rights import rights_to_write, server_clock
from aftercare.sources.sampling import sample
from aftercare.sources.sql_session import LOOK_SECONDS, connected, told
from aftercare.targets.smime import ends_soon, read_certificate
from aftercare.targets.smtp import Mailer

Findings = Iterator[tuple[str, str]]

LEAST_POSTGRES = 15
MOST_CLOCK_MINUTES = 2
LEAST_FREE_GB = 2
_GB = 1 << 30
_HERE = (None, "localhost", "127.0.0.1", "::1")


def parts(group: Group, say: Words) -> Iterator[tuple[str, Findings]]:
    """Every part of an installation with its name for people, the nearest first."""
    yield say("settings"), _settings(group, say)
    yield say("calendar"), _calendar(group, say)
    yield say("policies"), _policies(group, say)
    yield say("suites"), _suites(say)
    yield say("scripts"), _scripts(group, say)
    yield say("templates"), _templates(say)
    yield say("warehouse"), _warehouse(group, say)
    yield say("keys"), _keys(say)
    yield say("exchange"), _folder(connections.exchange_folder, say)
    yield say("docs"), _docs(say)
    yield say("mail"), _mail(group, say)
    for name in (*group.systems, runs.WORKBOOK):
        yield say("system", name=name), _system(group, name, say)
    for name in (runs.WORKBOOK, *runs.crm_targets(group)):
        yield say("target", name=name), _target(group, name, say)


def _settings(group: Group, say: Words) -> Findings:
    known = runs.policy().packs
    lines = [
        (name, line.pack)
        for packs in (group.packs, group.store_packs)
        for name, dated in packs.items()
        for line in dated
    ]
    for brand, pack in lines:
        if pack not in known:
            yield "fail", say("pack_unknown", pack=pack, brand=brand)
    if not group.systems:
        yield "warn", say("no_systems")
    yield "ok", say("settings_fine", systems=len(group.systems), packs=len(group.packs))


def _calendar(group: Group, say: Words) -> Findings:
    today = runs.today(group)
    festivals = Festivals.load(today)
    years = (today.year, today.year + 1)
    unknown = [str(year) for year in years if not festivals.year(year).is_official]
    if unknown:
        file = FILE.relative_to(PROJECT)
        yield "warn", say("calendar_provisional", years=", ".join(unknown), file=file)
    else:
        yield "ok", say("calendar_fine", years=f"{years[0]}, {years[1]}")


def _policies(group: Group, say: Words) -> Findings:
    ours = runs.policy()
    packs = len(ours.packs)
    late = late_closings(ours, runs.today(group))
    for line in late:
        where = {"file": line.file, "line": line.file_line, "since": line.valid_from}
        yield "fail", say("closing_late", day=line.value, run=RUN_DAY, latest=RUN_DAY - 1, **where)
    broken = False
    last_month = runs.today(group).replace(day=1) - timedelta(days=1)
    for pack, since in sorted(group.packs_from(last_month).items()):
        if pack in ours.packs:
            try:
                for level, text in _pack(ours, pack, since, say):
                    broken = broken or level == "fail"
                    yield level, text
            except AftercareError as problem:
                broken = True
                yield "fail", str(problem)
    if draft := group.night.draft:
        try:
            runs.require_draft(draft)
        except AftercareError as problem:
            yield "warn", say("draft_unreadable", folder=draft.folder, why=problem)
    if not _warehouse_fits():
        yield "warn", say("policies_unmatched", packs=packs)
        return
    for store_code in runs.try_policy(group):
        yield "warn", say("store_without_pack", store=store_code)
    if not (late or broken):
        yield "ok", say("policies_fine", packs=packs)


def _pack(ours: Policy, pack: str, since: date, say: Words) -> Findings:
    """What the months of a pack would lack, from that of its first day on."""
    ends = month_ends(ours, pack, since)
    for fault in count_faults(ours, pack, ends):
        yield "fail", fault
    for each in ended_kpis(ours, pack, ends):
        line = each.line
        yield (
            "warn",
            say(
                "kpi_ended_proposals" if each.is_proposing else "kpi_ended",
                pack=pack,
                kpi=each.kpi,
                readers=", ".join(each.readers),
                file=line.file,
                line=line.file_line,
                since=line.valid_from,
            ),
        )


def _suites(say: Words) -> Findings:
    broken = False
    for feed in FEEDS:
        try:
            read_statement(read_suite(feed))
        except AftercareError as problem:
            broken = True
            yield "fail", str(problem)
    if not broken:
        yield "ok", say("suites_fine", count=len(FEEDS))


def _scripts(group: Group, say: Words) -> Findings:
    names = script_ids()
    for name in names:
        for language in LANGUAGES:
            title_of(name, language)
    faults = runs.wording_faults(group)
    for fault in faults:
        yield "fail", fault
    if _warehouse_fits():
        day = runs.newest_night()
        found = runs.unapproved_words(day) if day else None
        if found and found.tasks:
            yield "warn", say("scripts_unapproved", tasks=found.tasks, scripts=found.scripts)
    else:
        yield "warn", say("scripts_unmatched")
    if not faults:
        yield "ok", say("scripts_fine", count=len(names))


def _templates(say: Words) -> Findings:
    folder = PROJECT / "include" / "templates"
    for area in sorted(path.parent.name for path in folder.glob("*/words.yaml")):
        for language in LANGUAGES:
            read_words(language, area)
    # Only read, never filled in: nothing is escaped because nothing is shown.
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True)
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".html", ".txt"))
    broken = False
    for path in files:
        try:
            environment.parse(path.read_text(encoding="utf-8"))
        except TemplateSyntaxError as problem:
            broken = True
            file = path.relative_to(PROJECT)
            yield "fail", say("template_broken", file=file, line=problem.lineno)
    if not broken:
        yield "ok", say("templates_fine", count=len(files))


def _warehouse(group: Group, say: Words) -> Findings:
    with connections.warehouse_engine().connect() as connection:
        server = warehouse.run(connection, "ops/read_server").one()
        version = server.server_version // 10_000
        if version < LEAST_POSTGRES:
            yield "fail", say("warehouse_old", version=version, least=LEAST_POSTGRES)
        warehouse.require_version(connection)
        if server.time_zone != "UTC":
            yield "fail", say("warehouse_zone", zone=server.time_zone)
        missing = warehouse.run(connection, "ops/list_missing_rights").all()
        if missing:
            first = missing[0]
            yield (
                "fail",
                say(
                    "warehouse_rights",
                    count=len(missing),
                    table=first.table_name,
                    privileges=first.privileges,
                ),
            )
        else:
            yield from _live(connection, group, say)
    yield from _clock(server.told_at, say)
    # Of a server elsewhere the same path means nothing here.
    if server.data_folder and connections.warehouse_engine().url.host in _HERE:
        yield from _space(server.data_folder, say)
    if not missing:
        fine = {"version": version, "revision": newest(), "zone": server.time_zone}
        yield "ok", say("warehouse_fine", **fine)


def _live(connection: Connection, group: Group, say: Words) -> Findings:
    known = {store.store_code for store in warehouse.run(connection, "care/list_stores")}
    for store_code in sorted(group.live_from.keys() - known):
        # Misspelt, it would let a store go live unnoticed.
        yield "warn", say("live_store_unknown", store=store_code)
    # Before the first night no store was read.
    for store_code in sorted(group.pick_up.keys() - known) if known else ():
        yield "warn", say("pick_up_store_unknown", store=store_code)
    unknown = warehouse.run(
        connection, "ops/list_unknown_deciders", day=runs.today(group)
    ).scalars()
    for user in unknown:
        yield "warn", say("decider_unknown", user=user)


def _warehouse_fits() -> bool:
    """Whether the warehouse can be asked; what is wrong with it, its own part says."""
    try:
        with connections.warehouse_engine().connect() as connection:
            warehouse.require_version(connection)
    except Exception:
        return False
    return True


def _keys(say: Words) -> Findings:
    ring = connections.keyring()
    if not _warehouse_fits():
        yield "warn", say("keys_unmatched")
        return
    # The first ring that a warehouse meets would be written down; a check writes nothing.
    with warehouse.rehearsal(connections.warehouse_engine()) as undone:
        in_use(undone.engine, ring)
    yield "ok", say("keys_fine")


def _folder(path_of: Callable[[], str], say: Words) -> Findings:
    path = path_of()
    files, root = fsspec.core.url_to_fs(path)
    probe = f"{root.rstrip('/')}/.aftercare_check"
    try:
        files.pipe_file(probe, b"")
        files.rm_file(probe)
    except OSError:
        yield "fail", say("folder_not", path=path)
        return
    yield from _space(path, say)
    yield "ok", say("folder_fine", path=path)


def _docs(say: Words) -> Findings:
    try:
        found = connections.connection("aftercare_docs")
    except ConfigurationError:
        yield "ok", say("not_set", conn="aftercare_docs")
        return
    yield from _folder(lambda: found.path, say)


def _mail(group: Group, say: Words) -> Findings:
    recipients = [one for role in group.mail.recipients.values() for one in role]
    # Somebody may have several roles.
    for name in sorted({one.certificate for one in recipients if one.certificate}):
        try:
            certificate = read_certificate(name)
        except AftercareError as problem:
            yield "fail", str(problem)
            continue
        if ends_soon(certificate):
            day = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
            yield "warn", say("certificate_ends", file=name, day=day)
    Mailer(connections.connection("aftercare_smtp")).check(group.mail.sender)
    yield "ok", say("mail_fine")


def _system(group: Group, name: str, say: Words) -> Findings:
    system = runs.dealer_system(name)
    address = connections.connection(system.connection)
    window = Window(runs.today(group) - timedelta(days=1), system.lag_days, group.time_zone)
    readable = 0
    problems: list[str] = []
    for feed in system.feeds:
        try:
            yield from _files(system, feed, address, window, say)
            next(sample(system, feed, address, window, 1), None)
            readable += 1
        except AftercareError as problem:
            problems.append(str(problem))
    # A system that does not answer says so once, not for every feed.
    for text in dict.fromkeys(problems):
        yield "fail", text
    if not readable:
        return
    tables = [mapped.table for mapped in system.feeds.values() if isinstance(mapped, SqlFeedMap)]
    rights: list[str] = []
    clock = None
    if tables:
        with told(address), connected(address, system.zone, LOOK_SECONDS) as connection:
            clock = server_clock(connection)
            rights = rights_to_write(connection, tables)
    yield from _clock(clock, say)
    if rights:
        yield "warn", say("system_writes", rights=", ".join(rights))
    is_known = clock is not None and not rights
    if readable == len(system.feeds):
        yield "ok", say("system_fine" if is_known else "system_reads", feeds=readable)


def _files(
    system: DealerSystem, feed: str, address: Address, window: Window, say: Words
) -> Findings:
    """A warning where a dated pattern names no file of the days that a night reads."""
    mapped = system.feeds[feed]
    if isinstance(mapped, FileFeedMap) and mapped.is_dated:
        folder = Folder(system, feed, address, window)
        if not folder.listed():
            yield "warn", say("no_files", feed=feed, days=len(window.days))


def _target(group: Group, name: str, say: Words) -> Findings:
    runs.target(group, name).check()
    yield "ok", say("target_fine")


def _clock(told_at: datetime | None, say: Words) -> Findings:
    if told_at is None:
        return
    minutes = round(abs((told_at - datetime.now(UTC)).total_seconds()) / 60)
    if minutes > MOST_CLOCK_MINUTES:
        yield "warn", say("clock", minutes=minutes)


def _space(folder: str, say: Words) -> Findings:
    """A warning where a folder of this machine is almost full."""
    path = Path(folder)
    if not path.is_dir():
        return
    free = shutil.disk_usage(path).free
    if free < LEAST_FREE_GB * _GB:
        yield "warn", say("space", folder=folder, free=f"{free / _GB:.1f}")
