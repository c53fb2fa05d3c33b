"""``room``: a waiting room and its limits."""

from __future__ import annotations

import argparse
import dataclasses
import datetime
from typing import Any, Dict, List

from .. import Office, Room, RoomLimits
from . import values
from .house import open_office
from .output import Output, one_line
from .parsing import Commands
from .problems import DONE, Failed, WrongUsage

_MOST = 10**9
_YEAR_SECONDS = 366 * 24 * 60 * 60


def add(commands: Commands) -> None:
    group = Commands(
        commands.add(
            "room",
            None,
            "Show a waiting room, change its limits, stop and resume admission",
            "boxoffice room show --db sale.db\n"
            "boxoffice room change --capacity 300 --rate 20 --db sale.db",
        ),
        is_required=True,
    )
    keys = "room (id, name, limits, last_position, serving)"
    parser = group.add(
        "show", show, "Show a waiting room", "boxoffice room show --db sale.db", json_keys=keys
    )
    _add_name(parser)

    parser = group.add(
        "create",
        create,
        "Make another waiting room",
        "boxoffice room create gala --capacity 50 --db sale.db",
        json_keys=keys,
    )
    parser.add_argument("name", metavar="NAME", help="its name")
    _add_limits(parser)

    parser = group.add(
        "change",
        change,
        "Change a waiting room's limits",
        "boxoffice room change --capacity 300 --rate 20 --db sale.db",
        says="What is not named stays. A lower capacity only stops admission: nobody is sent away.",
        json_keys=keys,
    )
    _add_name(parser)
    _add_limits(parser)

    parser = group.add(
        "pause",
        pause,
        "Admit nobody until it is resumed; people can go on joining",
        "boxoffice room pause --db sale.db",
        says="It is a capacity of 0. The one before is told, since the store does not keep it.",
        json_keys=keys + ", capacity_before",
    )
    _add_name(parser)

    parser = group.add(
        "resume",
        resume,
        "Admit again",
        "boxoffice room resume --capacity 200 --db sale.db",
        json_keys=keys,
    )
    _add_name(parser)
    parser.add_argument(
        "--capacity", type=values.number(1, _MOST), required=True, metavar="N", help="inside"
    )


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", default="main", help="which one (main)")


def _add_limits(parser: argparse.ArgumentParser) -> None:
    seconds = values.number(0, _YEAR_SECONDS)
    most = values.number(0, _MOST)
    for option, kind, metavar, told in (
        ("--capacity", most, "N", "places inside at once"),
        ("--queue", most, "N", "places waiting at once"),
        ("--rate", values.number(0, 10**6), "N", "admissions a second; 0: as fast as places free"),
        ("--arrive-seconds", seconds, "S", "how long who is admitted may take to show up"),
        ("--active-seconds", seconds, "S", "how long a turn lasts from then"),
        ("--waiting-seconds", seconds, "S", "how long somebody waits"),
    ):
        parser.add_argument(option, type=kind, metavar=metavar, help=told)


def _named_limits(args: argparse.Namespace) -> Dict[str, Any]:
    """Those of the command line, by the fields of RoomLimits."""
    out: Dict[str, Any] = {}
    for option, name in (
        ("capacity", "active_capacity"),
        ("queue", "queue_capacity"),
        ("rate", "admissions_per_second"),
    ):
        if getattr(args, option) is not None:
            out[name] = getattr(args, option)
    for name in ("arrive", "active", "waiting"):
        seconds = getattr(args, f"{name}_seconds")
        if seconds is not None:
            out[f"{name}_ttl"] = datetime.timedelta(seconds=seconds)
    return out


def _lines(room: Room) -> List[str]:
    limits = room.limits
    rate = limits.admissions_per_second
    return [
        f"room {one_line(room.name)}",
        f"  inside at once   {limits.active_capacity:,}"
        + (" (paused)" if limits.active_capacity == 0 else ""),
        f"  waiting at once  {limits.queue_capacity:,}",
        f"  admitted         {f'{rate:,} a second' if rate else 'as fast as places free'}",
        f"  to show up       {limits.arrive_ttl}",
        f"  a turn           {limits.active_ttl}",
        f"  waits at most    {limits.waiting_ttl}",
        f"  positions        {room.last_position:,} given out, admitted up to {room.serving:,}",
    ]


def _answer(output: Output, room: Room) -> int:
    output.answer({"room": room.to_dict()}, _lines(room))
    return DONE


def _changed(office: Office, room: Room, **limits: Any) -> Room:
    office.change_room(room.id, dataclasses.replace(room.limits, **limits))
    return office.find_room(room.name)


def show(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office:
        room = office.find_room(args.name)
    return _answer(output, room)


def create(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office:
        office.create_room(args.name, dataclasses.replace(RoomLimits(), **_named_limits(args)))
        room = office.find_room(args.name)
    return _answer(output, room)


def change(args: argparse.Namespace, output: Output) -> int:
    limits = _named_limits(args)
    if not limits:
        raise WrongUsage("nothing to change: name a limit, --capacity or another")
    with open_office(args) as office:
        room = _changed(office, office.find_room(args.name), **limits)
    return _answer(output, room)


def pause(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office:
        before = office.find_room(args.name)
        capacity = before.limits.active_capacity
        if capacity == 0:
            raise Failed(f"room {one_line(args.name)} is paused already")
        room = _changed(office, before, active_capacity=0)
    line = f"room {one_line(room.name)}: paused; resume with --capacity {capacity}"
    output.answer({"room": room.to_dict(), "capacity_before": capacity}, [line])
    return DONE


def resume(args: argparse.Namespace, output: Output) -> int:
    with open_office(args) as office:
        room = _changed(office, office.find_room(args.name), active_capacity=args.capacity)
    return _answer(output, room)
