"""The same office on a PostgreSQL database: one address is changed."""

from __future__ import annotations

import asyncio
import datetime
import os
import subprocess
import unittest
from typing import ClassVar, Optional

from .support import DATE, ROOT
import boxoffice  # noqa: E402
from boxoffice import NewSeat, aio, errors  # noqa: E402

CLUSTER = ROOT / "tests" / "support" / "postgres_cluster.sh"


def has_postgres() -> bool:
    try:
        boxoffice.open("postgresql://127.0.0.1:1/none", busy_timeout=datetime.timedelta(milliseconds=100))
    except errors.Unsupported:
        return False
    except errors.Storage:
        return True
    raise AssertionError("a server listens on port 1")


@unittest.skipUnless(CLUSTER.is_file(), "the tests' cluster is in the checkout")
@unittest.skipUnless(has_postgres(), "the library was built without libpq")
@unittest.skipIf(os.environ.get("BOXOFFICE_TEST_POSTGRES") == "off", "BOXOFFICE_TEST_POSTGRES=off")
class PostgresTest(unittest.TestCase):
    cluster: ClassVar[Optional["subprocess.Popen[str]"]] = None
    address: ClassVar[str] = ""

    @classmethod
    def setUpClass(cls) -> None:
        # It syncs, since an office asks for full durability.
        cls.cluster = subprocess.Popen(
            [str(CLUSTER), "fsync=on"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert cls.cluster.stdout is not None
        cls.address = cls.cluster.stdout.readline().strip()
        if not cls.address:
            raise RuntimeError(f"{CLUSTER} did not start")

    @classmethod
    def tearDownClass(cls) -> None:
        assert cls.cluster is not None
        cls.cluster.communicate("")

    def test_a_sale_outlives_its_office(self) -> None:
        address = self.address + "&schema=sale"
        with boxoffice.open(address) as office:
            concert = office.create_concert(DATE, "show", office.find_room().id, [NewSeat("A-1", price=100)])
            user = office.create_user("ann")
            office.recharge(user, 250)
            token = office.join(user, office.find_room().id).claims.token
            held = office.hold_seat(user, token, office.find_seat(concert, "A-1").id)
            office.pay(user, token, held.reservation)
        with boxoffice.open(address) as office:
            self.assertEqual(office.balance(user), 150)
            self.assertEqual(office.count_seats(concert).sold, 1)
            self.assertEqual(office.audit(), [])
            with self.assertRaises(errors.Unsupported):
                office.backup("copy.db")

    def test_two_offices_see_each_other(self) -> None:
        address = self.address + "&schema=two"
        with boxoffice.open(address) as one, boxoffice.open(address) as other:
            user = one.create_user("ann")
            self.assertEqual(other.find_user("ann"), user)
            other.recharge(user, 10)
            self.assertEqual(one.balance(user), 10)

    def test_aio(self) -> None:
        async def sell() -> int:
            async with await aio.open(self.address + "&schema=aio") as office:
                user = await office.create_user("ann")
                await office.recharge(user, 10)
                return int(await office.balance(user))

        self.assertEqual(asyncio.run(sell()), 10)

    def test_no_word_of_the_address_is_told(self) -> None:
        with self.assertRaises(errors.Storage) as failed:
            boxoffice.open("postgresql://ann:s3cret@127.0.0.1:1/hall", busy_timeout=datetime.timedelta(milliseconds=100))
        for word in ("s3cret", "ann", "127", "hall"):
            self.assertNotIn(word, str(failed.exception))
        with self.assertRaises(errors.InvalidOptions) as mistaken:
            boxoffice.open("postgresql://ann:s3cret@h/db?nonsense=1")
        self.assertNotIn("s3cret", str(mistaken.exception))
