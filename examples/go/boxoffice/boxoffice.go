// Package boxoffice is the box office in Go, over its C library: what one story needs of boxoffice.h.
//
// All methods may be called from any goroutine. A call that is inside C is not interrupted, so there are no contexts: what waits for
// the disk waits for milliseconds, and who waits for a turn asks again with Peek.
package boxoffice

// #cgo LDFLAGS: -lboxoffice
// #include "shim.h"
// #include <stdlib.h>
import "C"

import (
	"sync/atomic"
	"time"
	"unsafe"
)

// Commands that are inside C at once: each has a thread of the operating system's. Those that wait together share a commit, and
// more than this many do not make it faster.
const commandsMax = 64

const page = 1000

// An Office is an open box office.
type Office struct {
	handle   atomic.Uintptr // see shim.h; 0: closed
	commands chan struct{}
}

// Room is a waiting room.
type Room struct {
	ID   RoomID
	Name string
}

// NewSeat is a seat to be made: Number names it, and is unique in its concert.
type NewSeat struct {
	Number, Section, Row, Category string
	Price                          int64
}

// Concert is a date and a title, behind a waiting room.
type Concert struct {
	ID    ConcertID
	Room  RoomID
	Date  string // yyyy-mm-dd
	Title string
}

// Seat is one that can be held.
type Seat struct {
	ID                                    SeatID
	Number, Label, Section, Row, Category string
	Price                                 int64
}

// Place is a place in line, waiting or admitted.
type Place struct {
	Token    TokenID
	User     UserID
	Room     RoomID
	Position int64
	Admitted bool
	Again    bool // the user had a live place, and this is it
}

// Turn is what a peek says.
type Turn struct {
	IsTurn   bool
	Position int64
	Ahead    int64
	NextPoll time.Duration // when to ask again
	Deadline time.Time     // of the place
}

// Held is a hold: the seat is the user's until the deadline.
type Held struct {
	Reservation ReservationID
	Price       int64
	Deadline    time.Time
}

// Paid is a payment that sold the seats.
type Paid struct {
	Payment         PaymentID
	Amount, Balance int64
}

// Reservation is the record of a hold and of what became of it.
type Reservation struct {
	ID       ReservationID
	Date     string
	Seat     string
	State    string // held, confirmed, released, expired, cancelled
	Price    int64
	Deadline time.Time
}

var reservationStates = map[C.int32_t]string{
	C.BOXOFFICE_RESERVATION_STATE_HELD:      "held",
	C.BOXOFFICE_RESERVATION_STATE_CONFIRMED: "confirmed",
	C.BOXOFFICE_RESERVATION_STATE_RELEASED:  "released",
	C.BOXOFFICE_RESERVATION_STATE_EXPIRED:   "expired",
	C.BOXOFFICE_RESERVATION_STATE_CANCELLED: "cancelled",
}

// Open opens the office in the file at path, made if absent; ":memory:" keeps nothing.
func Open(path string) (*Office, error) {
	var handle C.uintptr_t
	failure := newError()
	text, length := in(path)
	if err := told(C.shim_open(text, length, &handle, &failure), &failure); err != nil {
		return nil, err
	}
	office := &Office{commands: make(chan struct{}, commandsMax)}
	office.handle.Store(uintptr(handle))
	return office, nil
}

// Close waits for the calls inside. Again: fine.
func (o *Office) Close() error {
	handle := o.handle.Swap(0)
	if handle == 0 {
		return nil
	}
	if status := C.shim_close(C.uintptr_t(handle)); status != C.BOXOFFICE_OK {
		return Status(status)
	}
	return nil
}

// The handle. A call that was closed meanwhile is answered with Closed or InvalidHandle.
func (o *Office) c() C.uintptr_t { return C.uintptr_t(o.handle.Load()) }

// One of the commands that may be inside: defer o.enter()().
func (o *Office) enter() func() {
	o.commands <- struct{}{}
	return func() { <-o.commands }
}

// FindRoom finds a waiting room; "main" always exists.
func (o *Office) FindRoom(name string) (Room, error) {
	var room C.boxoffice_room
	failure := newError()
	text, length := in(name)
	err := told(C.shim_find_room(o.c(), text, length, &room, &failure), &failure)
	return Room{RoomID(room.id), C.GoString(&room.name[0])}, err
}

// CreateUser makes a buyer, known to you by this name. Refused: UserExists.
func (o *Office) CreateUser(name string) (UserID, error) {
	defer o.enter()()
	var user C.int64_t
	failure := newError()
	text, length := in(name)
	err := told(C.shim_create_user(o.c(), text, length, &user, &failure), &failure)
	return UserID(user), err
}

// FindUser finds a buyer. A mistake: UnknownUser.
func (o *Office) FindUser(name string) (UserID, error) {
	var user C.int64_t
	failure := newError()
	text, length := in(name)
	err := told(C.shim_find_user(o.c(), text, length, &user, &failure), &failure)
	return UserID(user), err
}

// CreateConcert makes a concert with its seats.
func (o *Office) CreateConcert(date, title string, room RoomID, seats []NewSeat) (ConcertID, error) {
	defer o.enter()()
	// Rows with pointers in them have to be C's memory, and what they point to, too.
	var rows []C.boxoffice_new_seat
	if len(seats) > 0 {
		memory := C.calloc(C.size_t(len(seats)), C.sizeof_boxoffice_new_seat)
		defer C.free(memory)
		rows = unsafe.Slice((*C.boxoffice_new_seat)(memory), len(seats))
	}
	for i, seat := range seats {
		row := &rows[i]
		for _, text := range []struct {
			given  string
			bytes  **C.char
			length *C.size_t
		}{
			{seat.Number, &row.number, &row.number_length},
			{seat.Section, &row.section, &row.section_length},
			{seat.Row, &row.row, &row.row_length},
			{seat.Category, &row.category, &row.category_length},
		} {
			*text.bytes, *text.length = C.CString(text.given), C.size_t(len(text.given))
			defer C.free(unsafe.Pointer(*text.bytes))
		}
		row.price = C.int64_t(seat.Price)
	}
	var first *C.boxoffice_new_seat
	if len(rows) > 0 {
		first = &rows[0]
	}
	var concert C.int64_t
	failure := newError()
	day, dayLength := in(date)
	name, nameLength := in(title)
	err := told(C.shim_create_concert(o.c(), day, dayLength, name, nameLength, C.int64_t(room), first, C.size_t(len(rows)),
		&concert, &failure), &failure)
	return ConcertID(concert), err
}

// FindConcert finds the only concert on a date.
func (o *Office) FindConcert(date string) (Concert, error) {
	var concert C.boxoffice_concert
	failure := newError()
	text, length := in(date)
	err := told(C.shim_find_concert(o.c(), text, length, &concert, &failure), &failure)
	return Concert{ConcertID(concert.id), RoomID(concert.room), C.GoString(&concert.date[0]), C.GoString(&concert.title[0])}, err
}

// AvailableSeats lists what can be held now, in natural order of the numbers.
func (o *Office) AvailableSeats(concert ConcertID) ([]Seat, error) {
	for capacity := 256; ; {
		rows := make([]C.boxoffice_seat, capacity)
		var count C.size_t
		failure := newError()
		status := C.shim_list_available_seats(o.c(), C.int64_t(concert), &rows[0], C.size_t(capacity), &count, &failure)
		if Status(status) == tooSmall {
			capacity = int(count) + 16 // there may be more by now
			continue
		}
		if err := told(status, &failure); err != nil {
			return nil, err
		}
		seats := make([]Seat, 0, count)
		for i := range rows[:count] {
			row := &rows[i]
			seats = append(seats, Seat{SeatID(row.id), C.GoString(&row.number[0]), C.GoString(&row.label[0]),
				C.GoString(&row.section[0]), C.GoString(&row.row[0]), C.GoString(&row.category[0]), int64(row.price)})
		}
		return seats, nil
	}
}

// Join gives a place in line, admitted at once while there is room; again: the live place. Refused: QueueFull.
func (o *Office) Join(user UserID, room RoomID) (Place, error) {
	defer o.enter()()
	var joined C.boxoffice_joined
	failure := newError()
	err := told(C.shim_join(o.c(), C.int64_t(user), C.int64_t(room), &joined, &failure), &failure)
	place := placeOf(&joined.claims)
	place.Admitted, place.Again = joined.state == C.BOXOFFICE_PLACE_STATE_ADMITTED, joined.again == 1
	return place, err
}

// TokenText is what the buyer's browser keeps, of a place that Join gave.
func (o *Office) TokenText(place Place) (string, error) {
	claims := C.boxoffice_claims{token: C.int64_t(place.Token), user: C.int64_t(place.User), room: C.int64_t(place.Room),
		position: C.int64_t(place.Position)}
	var text [C.BOXOFFICE_TOKEN_TEXT_SIZE]C.char
	failure := newError()
	err := told(C.shim_token_text(o.c(), &claims, &text[0], &failure), &failure)
	return C.GoString(&text[0]), err
}

// Authenticate tells whose token this is: who acts comes from here, not from the body of a request. A mistake: InvalidToken.
func (o *Office) Authenticate(token string) (Place, error) {
	var claims C.boxoffice_claims
	failure := newError()
	text, length := in(token)
	err := told(C.shim_authenticate(o.c(), text, length, &claims, &failure), &failure)
	return placeOf(&claims), err
}

// Peek tells whether it is this token's turn.
func (o *Office) Peek(token string) (Turn, error) {
	var peeked C.boxoffice_peeked
	failure := newError()
	text, length := in(token)
	err := told(C.shim_peek(o.c(), text, length, &peeked, &failure), &failure)
	return Turn{peeked.is_turn == 1, int64(peeked.position), int64(peeked.ahead),
		time.Duration(peeked.next_poll_us) * time.Microsecond, timeOf(peeked.deadline_us)}, err
}

// Recharge buys points and returns the balance. The key names the request, "" none: sent again, it has one effect.
func (o *Office) Recharge(user UserID, amount int64, key string) (int64, error) {
	defer o.enter()()
	var recharged C.boxoffice_recharged
	failure := newError()
	text, length := in(key)
	err := told(C.shim_recharge(o.c(), C.int64_t(user), C.int64_t(amount), text, length, &recharged, &failure), &failure)
	return int64(recharged.balance), err
}

// HoldSeat keeps the seat for the user. Refused: NotYourTurn, SeatUnavailable, HoldLimit …
func (o *Office) HoldSeat(user UserID, token TokenID, seat SeatID, key string) (Held, error) {
	defer o.enter()()
	var held C.boxoffice_held
	failure := newError()
	text, length := in(key)
	err := told(C.shim_hold_seat(o.c(), C.int64_t(user), C.int64_t(token), C.int64_t(seat), text, length, &held, &failure),
		&failure)
	return Held{ReservationID(held.reservation), int64(held.price), timeOf(held.deadline_us)}, err
}

// Pay moves the points and sells what is held. Refused: HoldExpired, InsufficientPoints, AlreadyPaid …
func (o *Office) Pay(user UserID, token TokenID, reservation ReservationID, key string) (Paid, error) {
	defer o.enter()()
	var paid C.boxoffice_paid
	failure := newError()
	text, length := in(key)
	err := told(C.shim_pay(o.c(), C.int64_t(user), C.int64_t(token), C.int64_t(reservation), text, length, &paid, &failure),
		&failure)
	return Paid{PaymentID(paid.payment), int64(paid.amount), int64(paid.balance)}, err
}

// Reservations lists the user's own, newest first.
func (o *Office) Reservations(user UserID) ([]Reservation, error) {
	var found []Reservation
	rows := make([]C.boxoffice_reservation, page)
	for before := C.int64_t(0); ; {
		var count C.size_t
		failure := newError()
		status := C.shim_list_reservations(o.c(), C.int64_t(user), before, &rows[0], page, &count, &failure)
		if err := told(status, &failure); err != nil {
			return nil, err
		}
		for i := range rows[:count] {
			row := &rows[i]
			found = append(found, Reservation{ReservationID(row.id), C.GoString(&row.date[0]), C.GoString(&row.seat_label[0]),
				reservationStates[row.state], int64(row.price), timeOf(row.deadline_us)})
			before = row.id
		}
		if count < page {
			return found, nil
		}
	}
}

// Audit recomputes everything that must hold, and returns how many rules are broken.
func (o *Office) Audit() (int, error) {
	var count C.size_t
	failure := newError()
	err := told(C.shim_audit(o.c(), &count, &failure), &failure)
	return int(count), err
}

func placeOf(claims *C.boxoffice_claims) Place {
	return Place{Token: TokenID(claims.token), User: UserID(claims.user), Room: RoomID(claims.room),
		Position: int64(claims.position)}
}

// A text that goes in: Go's memory, which C borrows for the call. Empty: NULL and 0.
func in(text string) (*C.char, C.size_t) {
	if text == "" {
		return nil, 0
	}
	bytes := []byte(text)
	return (*C.char)(unsafe.Pointer(&bytes[0])), C.size_t(len(bytes))
}

func newError() C.boxoffice_error {
	return C.boxoffice_error{struct_size: C.sizeof_boxoffice_error}
}

// Never is the zero time.
func timeOf(us C.int64_t) time.Time {
	if us == C.BOXOFFICE_NEVER || us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(us)).UTC()
}
