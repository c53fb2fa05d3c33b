package boxoffice

// #include <boxoffice.h>
import "C"

// A Status is what the office answers where it does not do what it was asked. It is an error, to be asked for with errors.Is:
//
//	if errors.Is(err, boxoffice.SeatUnavailable) { … }
//
// 100 to 199: refused, an expected answer. 200 to 299: a mistake of the caller's. From 300 on: a fault; nothing was acknowledged.
type Status int32

// Those that this example decides by; the others compare as Status(n), with the numbers of boxoffice.h.
const (
	NotYourTurn         Status = C.BOXOFFICE_NOT_YOUR_TURN
	QueueFull           Status = C.BOXOFFICE_QUEUE_FULL
	SeatUnavailable     Status = C.BOXOFFICE_SEAT_UNAVAILABLE
	HoldLimit           Status = C.BOXOFFICE_HOLD_LIMIT
	HoldExpired         Status = C.BOXOFFICE_HOLD_EXPIRED
	AlreadyPaid         Status = C.BOXOFFICE_ALREADY_PAID
	InsufficientPoints  Status = C.BOXOFFICE_INSUFFICIENT_POINTS
	IdempotencyConflict Status = C.BOXOFFICE_IDEMPOTENCY_CONFLICT
	PlaceExpired        Status = C.BOXOFFICE_PLACE_EXPIRED
	UserExists          Status = C.BOXOFFICE_USER_EXISTS
	InvalidArgument     Status = C.BOXOFFICE_INVALID_ARGUMENT
	InvalidToken        Status = C.BOXOFFICE_INVALID_TOKEN
	UnknownUser         Status = C.BOXOFFICE_UNKNOWN_USER
	UnknownConcert      Status = C.BOXOFFICE_UNKNOWN_CONCERT
	UnknownSeat         Status = C.BOXOFFICE_UNKNOWN_SEAT
	InvalidHandle       Status = C.BOXOFFICE_INVALID_HANDLE
	Closed              Status = C.BOXOFFICE_CLOSED
	Storage             Status = C.BOXOFFICE_STORAGE
	Busy                Status = C.BOXOFFICE_BUSY

	tooSmall Status = C.BOXOFFICE_TOO_SMALL
)

// Error is the stable name: "seat_unavailable".
func (s Status) Error() string {
	return C.GoString(C.boxoffice_status_name(C.boxoffice_status(s)))
}

// IsFault tells that nothing was acknowledged: try again, with the same key.
func (s Status) IsFault() bool { return s >= 300 }

// An Error is a Status with what the office says of it.
type Error struct {
	Status  Status
	Message string  // for people: what to do
	About   []int64 // what a program wants to know of it; see boxoffice_error in boxoffice.h
}

func (e *Error) Error() string {
	if e.Message == "" {
		return e.Status.Error()
	}
	return e.Status.Error() + ": " + e.Message
}

func (e *Error) Unwrap() error { return e.Status }

// What a call has said: nil where it is done.
func told(status C.boxoffice_status, given *C.boxoffice_error) error {
	if status == C.BOXOFFICE_OK {
		return nil
	}
	err := &Error{Status: Status(status), Message: C.GoString(&given.message[0])}
	for _, about := range given.about[:given.about_count] {
		err.About = append(err.About, int64(about))
	}
	return err
}
