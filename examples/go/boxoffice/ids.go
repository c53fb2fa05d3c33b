package boxoffice

// #include <boxoffice.h>
import "C"

// Ids are 64-bit numbers, each of a type of its own, so that a seat is not taken for a reservation. As text, in JSON too, they are
// 13 characters: a 64-bit number does not survive JavaScript.
type (
	UserID        int64
	RoomID        int64
	ConcertID     int64
	SeatID        int64
	TokenID       int64
	ReservationID int64
	PaymentID     int64
)

func (id UserID) String() string        { return idText(int64(id)) }
func (id RoomID) String() string        { return idText(int64(id)) }
func (id ConcertID) String() string     { return idText(int64(id)) }
func (id SeatID) String() string        { return idText(int64(id)) }
func (id TokenID) String() string       { return idText(int64(id)) }
func (id ReservationID) String() string { return idText(int64(id)) }
func (id PaymentID) String() string     { return idText(int64(id)) }

func (id UserID) MarshalText() ([]byte, error)        { return []byte(id.String()), nil }
func (id RoomID) MarshalText() ([]byte, error)        { return []byte(id.String()), nil }
func (id ConcertID) MarshalText() ([]byte, error)     { return []byte(id.String()), nil }
func (id SeatID) MarshalText() ([]byte, error)        { return []byte(id.String()), nil }
func (id TokenID) MarshalText() ([]byte, error)       { return []byte(id.String()), nil }
func (id ReservationID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }
func (id PaymentID) MarshalText() ([]byte, error)     { return []byte(id.String()), nil }

func idText(id int64) string {
	var text [C.BOXOFFICE_ID_TEXT_SIZE]C.char
	if C.boxoffice_id_text(C.int64_t(id), &text[0], nil) != C.BOXOFFICE_OK {
		return "none"
	}
	return C.GoString(&text[0])
}

// ParseID reads the 13 characters: SeatID(id), where it is a seat's.
func ParseID(text string) (int64, error) {
	var id C.int64_t
	failure := newError()
	bytes, length := in(text)
	err := told(C.boxoffice_id_parse(bytes, length, &id, &failure), &failure)
	return int64(id), err
}
