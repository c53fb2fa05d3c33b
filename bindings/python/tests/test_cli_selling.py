"""``concerts``, ``room``, ``sale``, ``report``, ``cancel``, ``refund`` and ``call-off``."""

from __future__ import annotations

import csv
import io
import os
import pty
import select
import subprocess
import sys
import time
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple
from unittest import mock

from .cli_support import DAY, PATIENCE, CliTest, Said
from .support import DATE, SOURCE
import boxoffice  # noqa: E402
from boxoffice import NewSeat, Price, ReservationState, StaleVersion, id_text  # noqa: E402
from boxoffice.cli import refunds  # noqa: E402

FORMULA = '=HYPERLINK("http://x.example";"R")'


class ChangedMeanwhile:
    """Another changes the concert, or its sale, once after the command has read it, where it is
    ``due``."""

    def __init__(self, test: CliTest, due: str) -> None:
        self.due = ""
        self._read = due
        self._get_sale = boxoffice.Office.get_sale
        self._find_concert = boxoffice.Office.find_concert
        for name in ("get_sale", "find_concert"):
            patched = mock.patch.object(boxoffice.Office, name, self._wrap(name))
            patched.start()
            test.addCleanup(patched.stop)

    def _wrap(self, name: str) -> Any:
        def read(office: boxoffice.Office, which: Any) -> Any:
            found = getattr(self, f"_{name}")(office, which)
            if name == self.due == "get_sale":
                office.change_sale(which, found.terms, found.version)
            elif name == self.due:
                office.change_concert(found.id, found.date, "Theirs", found.version)
            if name == self.due:
                self.due = ""
            return found

        return read

    def next_command(self) -> None:
        self.due = self._read


class ConcertsTest(CliTest):
    def setUp(self) -> None:
        super().setUp()
        self.concert = self.make_house()

    def facts(self) -> Dict[str, Any]:
        facts: Dict[str, Any] = self.json("concerts", "--all")["concerts"][0]
        return facts

    def test_the_list(self) -> None:
        self.sell("mina")
        (one,) = self.json("concerts")["concerts"]
        self.assertEqual((one["id"], one["date"], one["title"]), (self.concert, DAY, "Winter"))
        self.assertEqual(one["seats"], {"available": 3, "held": 0, "sold": 1, "blocked": 0})
        self.assertEqual(one["state"], "on_sale")
        text = self.run_cli("concerts").out.splitlines()
        self.assertEqual(text[0].split(), "concert date begins title left held sold state".split())
        self.assertEqual(text[1].split(), [self.concert, DAY, "-", "Winter", "3", "0", "1", "on_sale"])
        self.assertEqual(self.json("concerts", "--since", "2031-01-01")["concerts"], [])
        self.assertEqual(self.run_cli("concerts", "--since", "2031-01-01").out, "no concerts\n")

    def test_its_state_in_one_word(self) -> None:
        for line, state in (
            (("sale", "change", DAY, "--opens-at", "2079-01-01T00:00Z"), "not_open"),
            (("sale", "pause", DAY), "paused"),
            (("sale", "change", DAY, "--opens-at", "none", "--closes-at", "2026-01-01T00:00Z"), "closed"),
            (("sale", "change", DAY, "--closes-at", "none"), "paused"),
            (("sale", "resume", DAY), "on_sale"),
            (("call-off", DAY, "--yes"), "called_off"),
        ):
            with self.subTest(state):
                self.run_cli(*line)
                self.assertEqual(self.facts()["state"], state)

    def test_facts_are_changed_and_what_is_not_named_stays(self) -> None:
        said = self.json("concerts", "change", DAY, "--starts-at", f"{DAY}T19:30+09:00")
        self.assertEqual(said["concert"]["starts_at"], f"{DAY}T10:30:00.000000Z")
        said = self.json("concerts", "change", DAY, "--title", "겨울", "--date", "2030-12-25")
        concert = said["concert"]
        self.assertEqual((concert["title"], concert["date"], concert["version"]), ("겨울", "2030-12-25", 3))
        self.assertEqual(concert["starts_at"], f"{DAY}T10:30:00.000000Z")
        said = self.json("concerts", "change", self.concert, "--starts-at", "none")
        self.assertIsNone(said["concert"]["starts_at"])
        self.assertIn("title: 1 to 200 bytes", self.refused("concerts", "change", self.concert, "--title", ""))
        self.refused("concerts", "change", self.concert, code=2)

    def test_it_moves_to_another_room(self) -> None:
        room = self.json("room", "create", "gala", "--capacity", 7)["room"]
        self.assertEqual(self.json("concerts", "change", DAY, "--room", "gala")["concert"]["room"], room["id"])
        self.assertIn("unknown_room", self.refused("concerts", "change", DAY, "--room", "none"))

    def test_hidden_and_back(self) -> None:
        self.run_cli("concerts", "hide", DAY)
        self.assertEqual(self.json("concerts")["concerts"], [])
        self.assertTrue(self.facts()["is_hidden"])
        self.assertIn("hidden", self.run_cli("concerts", "--all").out)
        self.assertIn("a hidden one is named by its id", self.refused("concerts", "unhide", DAY))
        self.run_cli("concerts", "unhide", self.concert)
        self.assertEqual(len(self.json("concerts")["concerts"]), 1)
        version = self.facts()["version"]
        self.run_cli("concerts", "unhide", self.concert)  # it is: nothing to change
        self.assertEqual(self.facts()["version"], version)

    def test_deleted_only_where_nothing_was_ever_held(self) -> None:
        self.sell("mina")
        self.assertIn("has_history", self.refused("concerts", "delete", DAY))
        with self.office() as office:
            other = id_text(office.create_concert(DATE, "Never sold", office.find_room().id))
        self.assertEqual(self.json("concerts", "delete", other)["concert"]["title"], "Never sold")
        self.assertIn("unknown_concert", self.refused("concerts", "delete", other))
        self.assertEqual(len(self.json("concerts", "--all")["concerts"]), 1)

    def test_a_change_in_between_is_not_undone(self) -> None:
        other = ChangedMeanwhile(self, "find_concert")
        for line in (("hide",), ("delete",), ("change", "--title", "Mine")):
            with self.subTest(line):
                other.next_command()
                self.assertIn("stale_version", self.refused("concerts", line[0], DAY, *line[1:]))
        self.assertEqual(self.facts()["title"], "Theirs")

    def test_a_change_since_one_looked(self) -> None:
        seen = self.facts()["version"]
        self.run_cli("concerts", "change", DAY, "--title", "Theirs", "--if-version", seen)
        for line in (("hide",), ("unhide",), ("delete",), ("change", "--title", "Mine")):
            with self.subTest(line):
                said = self.refused("concerts", line[0], DAY, *line[1:], "--if-version", seen)
                self.assertIn("stale_version", said)


class RoomTest(CliTest):
    def setUp(self) -> None:
        super().setUp()
        self.make_house()

    def test_limits_are_changed_and_what_is_not_named_stays(self) -> None:
        before = self.json("room", "show")["room"]
        self.assertEqual((before["name"], before["limits"]["active_capacity"]), ("main", 200))
        said = self.json("room", "change", "--capacity", 300, "--rate", 20, "--active-seconds", 600)["room"]
        changed = {"active_capacity": 300, "admissions_per_second": 20, "active_ttl": 600}
        self.assertEqual(said["limits"], {**before["limits"], **changed})
        self.json("room", "change", "main", "--queue", 9, "--arrive-seconds", 30, "--waiting-seconds", 3_600)
        text = self.run_cli("room", "show").out
        for word in ("300", "20 a second", "0:10:00", "0:00:30", "1:00:00"):
            self.assertIn(word, text)
        self.refused("room", "change", code=2)
        self.refused("room", "change", "--capacity", "-1", code=2)
        self.assertIn("unknown_room", self.refused("room", "show", "gala"))

    def test_a_pause_admits_nobody_and_tells_what_was(self) -> None:
        said = self.json("room", "pause")
        self.assertEqual((said["room"]["limits"]["active_capacity"], said["capacity_before"]), (0, 200))
        with self.office() as office:
            user = office.create_user("mina")
            self.assertIs(office.join(user, office.find_room().id).state, boxoffice.PlaceState.WAITING)
        self.assertIn("paused already", self.refused("room", "pause"))
        self.assertIn("(paused)", self.run_cli("room", "show").out)
        self.run_cli("room", "resume", "--capacity", 5)
        self.assertEqual(self.json("stats")["admitted"], 1)
        self.refused("room", "resume", code=2)
        self.assertIn("room_exists", self.refused("room", "create", "main"))


class SaleTest(CliTest):
    def setUp(self) -> None:
        super().setUp()
        self.concert = self.make_house()

    def terms(self) -> Dict[str, Any]:
        terms: Dict[str, Any] = self.json("sale", "show", DAY)["sale"]["terms"]
        return terms

    def test_terms_are_changed_and_what_is_not_named_stays(self) -> None:
        said = self.json(
            "sale", "change", DAY, "--opens-at", "2026-12-01T20:00+09:00", "--seats-per-order", 4,
            "--refund", "2026-12-23T18:00+09:00=90", "--refund", "always=50",
        )  # fmt: skip
        self.assertEqual((said["concert"], said["sale"]["version"]), (self.concert, 2))
        self.json("sale", "change", DAY, "--seats-per-user", 6, "--hold-seconds", 90)
        self.json("sale", "pause", DAY)
        self.assertEqual(
            self.terms(),
            {
                "opens_at": "2026-12-01T11:00:00.000000Z",
                "closes_at": None,
                "is_paused": True,
                "seats_per_order": 4,
                "seats_per_user": 6,
                "hold_ttl": 90,
                "refund_steps": [
                    {"until": "2026-12-23T09:00:00.000000Z", "thousandths": 900},
                    {"until": None, "thousandths": 500},
                ],
            },
        )
        text = self.run_cli("sale", "show", DAY).out
        for word in ("paused", "90 % back until 2026-12-23T09:00:00Z, then 50 % back", "0:01:30"):
            self.assertIn(word, text)
        self.run_cli("sale", "resume", DAY)
        said = self.json("sale", "change", DAY, "--no-refunds", "--hold-seconds", 0, "--opens-at", "none")
        terms = said["sale"]["terms"]
        self.assertEqual((terms["refund_steps"], terms["hold_ttl"], terms["opens_at"]), ([], None, None))
        self.refused("sale", "change", DAY, code=2)
        self.refused("sale", "change", DAY, "--seats-per-order", 51, code=2)
        self.refused("sale", "change", DAY, "--opens-at", "2026-12-01T20:00", code=2)

    def test_pausing_twice_is_one_version(self) -> None:
        for _ in range(2):
            self.assertEqual(self.json("sale", "pause", DAY)["sale"]["version"], 2)

    def test_types_and_prices(self) -> None:
        self.run_cli("sale", "type", DAY, "--name", "full")
        said = self.json("sale", "type", DAY, "--name", "child", "--max-per-order", 3, "--needs", "full")
        child = next(one for one in said["types"] if one["name"] == "child")
        full = next(one for one in said["types"] if one["name"] == "full")
        self.assertEqual((child["max_per_order"], child["needs"]), (3, full["id"]))
        self.assertIn("type_exists", self.refused("sale", "type", DAY, "--name", "full"))
        self.assertIn('no type "adult"', self.refused("sale", "type", DAY, "--name", "x", "--needs", "adult"))

        prices = self.write("p.csv", "category,points,type\nR,900,full\nR,400,child\nR,100,senior\n")
        said = self.json("sale", "tariff", DAY, "--prices", prices)
        self.assertEqual({one["name"] for one in said["types"]}, {"full", "child", "senior"})
        self.assertIn({"category": "R", "price": 400, "type": child["id"]}, said["prices"])
        with self.office() as office:
            tariff = office.tariff(office.find_concert(DATE).id)
        self.assertEqual(len(tariff), 3)
        self.assertIn(Price("R", 900, boxoffice.TypeId(boxoffice.parse_id(full["id"]))), tariff)
        text = self.run_cli("sale", "show", DAY).out
        self.assertRegex(text, r"R +child +400")
        self.assertRegex(text, r"child +3 +full")

        slip = self.write("p.csv", "category,points\nR,1\nr,1\n")
        said_of_slip = self.run_cli("sale", "tariff", DAY, "--prices", slip).err
        self.assertEqual(said_of_slip, 'boxoffice: the concert has no seats of category "r"\n')
        cleared = self.json("sale", "tariff", DAY, "--clear")
        self.assertEqual((cleared["prices"], len(cleared["types"])), ([], 3))
        none = self.write("p.csv", "category,points\n")
        self.assertIn("no prices", self.refused("sale", "tariff", DAY, "--prices", none))
        self.refused("sale", "tariff", DAY, code=2)

    def test_a_change_in_between_is_not_undone(self) -> None:
        prices = self.write("p.csv", "category,points\nR,1\n")
        other = ChangedMeanwhile(self, "get_sale")
        for line in (("pause",), ("change", "--seats-per-order", 2), ("tariff", "--prices", prices)):
            with self.subTest(line):
                other.next_command()
                self.assertIn("stale_version", self.refused("sale", line[0], DAY, *line[1:]))

    def test_a_change_since_one_looked(self) -> None:
        self.run_cli("sale", "pause", DAY, "--if-version", 1)
        for line in (("resume",), ("pause",), ("change", "--seats-per-order", 2), ("tariff", "--clear")):
            with self.subTest(line):
                said = self.refused("sale", line[0], DAY, *line[1:], "--if-version", 1)
                self.assertIn("stale_version", said)
        self.assertTrue(self.terms()["is_paused"])


class ReportTest(CliTest):
    def setUp(self) -> None:
        super().setUp()
        names = ("R", FORMULA, "", "+1", "a,b", 'say "so"', " =1", "＝1", "가;나")
        with self.office() as office:
            room = office.find_room().id
            seats = [NewSeat(str(i), (i + 1) * 100, category=name) for i, name in enumerate(names)]
            self.concert = office.create_concert(DATE, "Winter", room, seats)
            terms = boxoffice.Terms(seats_per_order=50, refund_steps=(boxoffice.RefundStep(None, 900),))
            office.change_sale(self.concert, terms, 1)
            child = office.create_type(self.concert, "어린이")
            office.set_tariff(self.concert, [Price("R", 60, child)], 2)
            user = office.create_user("mina")
            office.recharge(user, 1_000_000)
            token = office.join(user, room).token
            items = [
                boxoffice.OrderItem(seat.id, child if seat.category == "R" else None)
                for seat in office.available_seats(self.concert)
            ]
            order = office.hold_seats(user, token, self.concert, items)
            office.pay(user, token, order.order)
            office.cancel(user, [order.items[1].reservation])

    def test_the_csv_is_the_http_hosts(self) -> None:
        """Byte for byte: the mark of UTF-8, CR LF, no cell that a spreadsheet would compute."""
        expected = (
            "category,type,sold,cancelled,gross,refunds,net\r\n"
            ",,1,0,300,0,300\r\n"
            "\"' =1\",,1,0,700,0,700\r\n"
            "'+1,,1,0,400,0,400\r\n"
            "\"'=HYPERLINK(\"\"http://x.example\"\";\"\"R\"\")\",,0,1,200,180,20\r\n"
            "R,어린이,1,0,60,0,60\r\n"
            '"a,b",,1,0,500,0,500\r\n'
            '"say ""so""",,1,0,600,0,600\r\n'
            '"가;나",,1,0,900,0,900\r\n'
            "'＝1,,1,0,800,0,800\r\n"
        )
        said = self.run_cli("report", DAY, "--csv")
        self.assertEqual(said.out, "\ufeff" + expected)
        path = self.folder / "sales.csv"
        self.assertEqual(self.run_cli("report", DAY, "--csv", path).out, "")
        self.assertEqual(path.read_bytes(), b"\xef\xbb\xbf" + expected.encode())
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        for row in rows:
            self.assertNotIn(row["category"][:1], tuple("=+-@ ＝＋－＠"))

    def test_the_table_and_json(self) -> None:
        said = self.json("report", DAY)
        totals = [said[one] for one in ("sold", "cancelled", "gross", "refunds", "net", "balance")]
        self.assertEqual(totals, [8, 1, 4_460, 180, 4_280, 4_280])
        row = next(one for one in said["rows"] if one["category"] == "R")
        self.assertEqual((row["type_name"], row["net"], len(row["type"])), ("어린이", 60, 13))
        plain = next(one for one in said["rows"] if one["category"] == "a,b")
        self.assertEqual((plain["type"], plain["type_name"]), (None, None))
        lines = self.run_cli("report", DAY).out.splitlines()
        self.assertEqual(lines[-1].split(), ["total", "8", "1", "4,460", "180", "4,280"])
        # Korean takes two columns of a terminal: the columns stand where they do above.
        self.assertEqual(len(lines[1]), len(lines[-1]))

    def test_nothing_sold(self) -> None:
        with self.office() as office:
            empty = office.create_concert(DATE, "Empty", office.find_room().id, [NewSeat("1", 5)])
        said = self.json("report", id_text(empty))
        self.assertEqual((said["rows"], said["net"]), ([], 0))
        self.assertIn("unknown_concert", self.refused("report", "06X1J1G0ZR000"))
        self.refused("report", "tomorrow", code=2)
        self.refused("report", DAY, "--csv", "--json", code=2)

    def test_one_that_the_ledger_does_not_bear_out_is_not_sound(self) -> None:
        whole = boxoffice.Office.sales_report

        def wrong(office: boxoffice.Office, concert: boxoffice.ConcertId) -> boxoffice.SalesReport:
            import dataclasses

            return dataclasses.replace(whole(office, concert), balance=1)

        with mock.patch.object(boxoffice.Office, "sales_report", wrong):
            said = self.run_cli("report", DAY, code=1)
        self.assertIn("not sound", said.err)


class GivingBackTest(CliTest):
    def setUp(self) -> None:
        super().setUp()
        self.concert = self.make_house()

    def test_a_user_cancels_by_the_terms(self) -> None:
        self.run_cli("sale", "change", DAY, "--refund", "always=90")
        one, other = (id_text(each) for each in self.sell("mina", 2))
        for _ in range(2):  # again: what came back then
            said = self.json("cancel", "mina", one)
            items = [{"reservation": one, "refund": 900}]
            self.assertEqual(said, {"refund": 900, "balance": 8_900, "items": items})
        self.assertIn("900 points back; mina has 9,800", self.run_cli("cancel", "mina", other).out)
        self.assertIn("unknown_user", self.refused("cancel", "juno", one))
        self.assertIn("unknown_reservation", self.refused("cancel", "mina", "06X1J1G0ZR000"))
        self.refused("cancel", "mina", "1", code=2)
        self.audit()

    def test_by_terms_that_give_nothing_back_nobody_cancels(self) -> None:
        (one,) = self.sell("mina")
        self.assertIn("cancel_closed", self.refused("cancel", "mina", id_text(one)))

    def test_the_house_refunds(self) -> None:
        (sold,) = self.sell("mina")
        one = id_text(sold)
        first = self.json("refund", one, 300, "--reason", "no view")
        self.assertEqual((first["reservation"], first["amount"], first["refunded"]), (one, 300, 300))
        again = self.json("refund", one, 300, "--reason", "no view", "--key", first["key"])
        self.assertEqual(again, first)  # the same one
        second = self.json("refund", one, 300)
        self.assertEqual(second["refunded"], 600)  # one more
        self.assertNotEqual(second["key"], first["key"])
        self.assertIn("invalid_argument", self.refused("refund", one, 401, "--key", "r-2"))
        self.run_cli("refund", one, 400, "--cancel")
        self.assertEqual(self.json("stats")["seats"]["available"], 4)
        self.assertEqual(self.json("users", "show", "mina")["user"]["balance"], 10_000)
        self.refused("refund", one, "-1", code=2)
        self.audit()

    def test_a_refunds_key_is_told_before_it_is_given(self) -> None:
        (sold,) = self.sell("mina")
        said = self.run_cli("refund", id_text(sold), 1)
        self.assertRegex(said.err, r"--key [0-9a-f]{32}")
        self.assertEqual(self.run_cli("refund", id_text(sold), 1, "--key", "r-1").err, "")

    def test_a_refund_of_which_nothing_is_known_names_its_key(self) -> None:
        (sold,) = self.sell("mina")
        with mock.patch.object(boxoffice.Office, "refund", side_effect=boxoffice.OutcomeUnknown("lost")):
            said = self.run_cli("refund", id_text(sold), 1, "--key", "r-1", code=1)
        self.assertIn("ask again with --key r-1", said.err)


class ReportFileTest(CliTest):
    def test_a_report_is_not_written_over_a_box_office(self) -> None:
        self.make_house(seats=2)
        said = self.run_cli("report", DAY, "--csv", self.db, code=1)
        self.assertIn("a database; name another file", said.err)
        self.assertEqual(self.json("stats")["seats"]["available"], 2)
        self.audit()
        report = self.folder / "sales.csv"
        for _ in range(2):  # an older report may go
            self.run_cli("report", DAY, "--csv", report)
        self.assertTrue(report.read_bytes())


class CallOffTest(CliTest):
    def setUp(self) -> None:
        super().setUp()
        self.concert = self.make_house(seats=6)

    def test_all_is_given_back(self) -> None:
        self.sell("mina", 2)
        self.sell("juno", 1)
        with self.office() as office:  # and one is held
            user = office.create_user("sora")
            token = office.join(user, office.find_room().id).token
            office.hold_seat(user, token, office.available_seats(office.find_concert(DATE).id)[0].id)
        said = self.json("call-off", DAY, "--yes", "--reason", "the singer is ill")
        self.assertEqual((said["refunded"], said["released"], said["stuck"]), (3, 1, 0))
        self.assertIsNotNone(said["concert"]["called_off_at"])
        for name in ("mina", "juno"):
            shown = self.json("users", "show", name)
            self.assertEqual(shown["user"]["balance"], 10_000)
            self.assertEqual({one["state"] for one in shown["reservations"]}, {"cancelled"})
        with self.office() as office:
            self.assertEqual(office.call_off_reason(office.find_concert(DATE).id), "the singer is ill")
        again = self.json("call-off", DAY)  # it is: nothing is asked, nothing is left
        self.assertEqual((again["refunded"], again["concert"]), (0, said["concert"]))
        self.audit()

    def test_without_a_terminal_it_needs_yes(self) -> None:
        self.sell("mina")
        for stdin in (subprocess.DEVNULL, subprocess.PIPE):
            said = self.run_process("call-off", DAY, "--db", self.db, stdin=stdin)
            self.assertEqual((said.code, said.out, len(said.err.splitlines())), (2, "", 1))
            self.assertIn("--yes", said.err)
        self.assertEqual(self.json("concerts")["concerts"][0]["state"], "on_sale")
        self.assertEqual(self.json("stats")["seats"]["sold"], 1)

    def on_terminal(self, typed: bytes) -> Said:
        """As somebody types it. Their terminal shows what it says on both streams."""
        ours, theirs = pty.openpty()
        try:
            with self.process(
                "call-off", DAY, "--db", self.db, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            ) as process:
                os.write(ours, typed)
                out, err = process.communicate(timeout=PATIENCE)
        finally:
            os.close(ours)
            os.close(theirs)
        return Said(process.returncode, out, err)

    def test_its_title_is_typed_on_a_terminal(self) -> None:
        self.sell("mina")
        for typed in (b"\n", b"winter\n", b"y\n", b"\x04"):
            with self.subTest(typed):
                said = self.on_terminal(typed)
                self.assertEqual((said.code, said.out), (1, ""))
                self.assertIn(f"Winter on {DAY}: 1 seat sold, 0 held.", said.err)
                self.assertIn("nothing was done", said.err)
        self.assertEqual(self.json("stats")["seats"]["sold"], 1)
        said = self.on_terminal(b" Winter \n")
        self.assertEqual(said.code, 0, said)
        self.assertIn("1 sale refunded", said.out)

    def test_a_title_in_korean_typed_in_parts(self) -> None:
        self.run_cli("concerts", "change", DAY, "--title", "겨울")
        decomposed = "\u1100\u1167\u110b\u116e\u11af"
        self.assertEqual(self.on_terminal(decomposed.encode() + b"\n").code, 0)

    def test_one_that_was_stopped_goes_on_when_repeated(self) -> None:
        self.sell("mina", 5)
        sweep = boxoffice.Office.sweep_refunds
        with mock.patch.object(refunds, "_SWEEP", 2), mock.patch.object(
            boxoffice.Office, "sweep_refunds", side_effect=[KeyboardInterrupt]
        ):
            said = self.run_cli("call-off", DAY, "--yes", code=130)
        self.assertIn("repeat this to give back what is left", said.err)
        with mock.patch.object(refunds, "_SWEEP", 2), mock.patch.object(
            boxoffice.Office, "sweep_refunds", autospec=True, side_effect=sweep
        ) as swept:
            self.assertEqual(self.json("call-off", DAY)["refunded"], 5)
        self.assertGreaterEqual(swept.call_count, 3)
        self.assertEqual(self.json("users", "show", "mina")["user"]["balance"], 10_000)
        self.audit()

    def test_a_balance_without_room_is_told(self) -> None:
        self.sell("mina", 2)
        self.sell("juno", 1)
        with self.office() as office:
            mina = office.find_user("mina")
            room = 2**53 - 1 - office.balance(mina)
            commands = [boxoffice.Recharge(mina, 10**12)] * (room // 10**12)
            office.batch([*commands, boxoffice.Recharge(mina, room % 10**12)]).check()
        said = self.run_cli("call-off", DAY, "--yes", code=1)
        self.assertIn("1 sale refunded", said.out)
        self.assertIn("not given back yet: 2 sales", said.err)
        self.audit()


if __name__ == "__main__":
    unittest.main()
