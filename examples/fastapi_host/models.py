"""What requests and answers say. Ids are their 13 characters: a 64-bit number does not survive JavaScript's JSON."""

import datetime
from typing import List, Optional

from pydantic import BaseModel, Field, conint

import boxoffice

POINTS_MAX = 10**12


class Entering(BaseModel):
    user: str = Field(min_length=1, max_length=255)


class Holding(BaseModel):
    seat: str


class Recharging(BaseModel):
    amount: conint(strict=True, ge=1, le=POINTS_MAX)  # type: ignore[valid-type]  # 1999.9 is not 1999


class Paying(BaseModel):
    reservation: str


class Place(BaseModel):
    token: str  # the browser keeps it, and shows it as "Authorization: Bearer"
    position: int
    state: str
    identity_until: Optional[datetime.datetime]


class Turn(BaseModel):
    is_turn: bool
    position: int
    ahead: int
    estimated_wait_seconds: Optional[float]
    next_poll_seconds: float  # when to ask again
    deadline: Optional[datetime.datetime]


class Concert(BaseModel):
    id: str
    date: datetime.date
    title: str


class Seat(BaseModel):
    id: str
    label: str
    section: str
    row: str
    category: str
    price: int
    state: str


class Seats(BaseModel):
    """What has changed since `version`, or all of them (`is_whole`)."""

    version: str
    is_whole: bool
    seats: List[Seat]


class Held(BaseModel):
    reservation: str
    seat: str
    price: int
    deadline: Optional[datetime.datetime]


class Recharged(BaseModel):
    balance: int


class Paid(BaseModel):
    payment: str
    reservation: str
    amount: int
    balance: int


class Reservation(BaseModel):
    id: str
    date: datetime.date
    seat: str
    price: int
    state: str
    deadline: Optional[datetime.datetime]


def seat(one: boxoffice.Seat) -> Seat:
    return Seat(
        id=boxoffice.id_text(one.id),
        label=one.label,
        section=one.section,
        row=one.row,
        category=one.category,
        price=one.price,
        state=one.state.name.lower(),
    )


def reservation(one: boxoffice.Reservation) -> Reservation:
    return Reservation(
        id=boxoffice.id_text(one.id),
        date=one.date,
        seat=one.seat_label,
        price=one.price,
        state=one.state.name.lower(),
        deadline=one.deadline,
    )
