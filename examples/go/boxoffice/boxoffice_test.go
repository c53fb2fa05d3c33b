package boxoffice

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const day = "2030-12-24"

func open(t *testing.T) (*Office, Room) {
	t.Helper()
	office, err := Open(filepath.Join(t.TempDir(), "sale.db"))
	must(t, err)
	t.Cleanup(func() { must(t, office.Close()) })
	room, err := office.FindRoom("main")
	must(t, err)
	return office, room
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantRefused(t *testing.T, err error, status Status) {
	t.Helper()
	var told *Error
	if !errors.Is(err, status) || !errors.As(err, &told) {
		t.Fatalf("%v, not %v", err, status)
	}
}

func hall(count int) []NewSeat {
	var seats []NewSeat
	for n := 1; n <= count; n++ {
		seats = append(seats, NewSeat{Number: fmt.Sprint(n), Section: "1층", Row: "가", Category: "R", Price: 1_000})
	}
	return seats
}

func TestStory(t *testing.T) {
	office, room := open(t)
	concert, err := office.CreateConcert(day, "겨울 콘서트", room.ID, hall(3_000))
	must(t, err)
	if found, err := office.FindConcert(day); err != nil || found.ID != concert || found.Title != "겨울 콘서트" {
		t.Fatal(found, err)
	}
	seats, err := office.AvailableSeats(concert)
	must(t, err)
	if len(seats) != 3_000 || seats[9].Number != "10" || seats[9].Section != "1층" || seats[9].Price != 1_000 {
		t.Fatal(len(seats), seats[9])
	}
	user, err := office.CreateUser("구매자")
	must(t, err)
	place, err := office.Join(user, room.ID)
	must(t, err)
	token, err := office.TokenText(place)
	must(t, err)
	claims, err := office.Authenticate(token)
	must(t, err)
	if claims.User != user || claims.Token != place.Token || !place.Admitted || place.Again {
		t.Fatal(claims, place)
	}
	turn, err := office.Peek(token)
	must(t, err)
	if !turn.IsTurn || time.Until(turn.Deadline) <= 0 {
		t.Fatal(turn)
	}
	for range [2]int{} { // sent again: one effect
		if balance, err := office.Recharge(user, 1_500, "r"); err != nil || balance != 1_500 {
			t.Fatal(balance, err)
		}
	}
	_, err = office.Recharge(user, 1_600, "r")
	wantRefused(t, err, IdempotencyConflict)
	held, err := office.HoldSeat(user, place.Token, seats[5].ID, "h")
	must(t, err)
	if again, err := office.HoldSeat(user, place.Token, seats[5].ID, "h"); err != nil || again != held {
		t.Fatal(again, err)
	}
	if left := time.Until(held.Deadline); left < 3*time.Minute || left > 5*time.Minute {
		t.Fatal(left)
	}
	paid, err := office.Pay(user, place.Token, held.Reservation, "p")
	must(t, err)
	if again, err := office.Pay(user, place.Token, held.Reservation, "p"); err != nil || again != paid || paid.Balance != 500 {
		t.Fatal(again, paid, err)
	}
	mine, err := office.Reservations(user)
	must(t, err)
	if len(mine) != 1 || mine[0].ID != held.Reservation || mine[0].State != "confirmed" || mine[0].Seat != "6" {
		t.Fatal(mine)
	}
	if broken, err := office.Audit(); err != nil || broken != 0 {
		t.Fatal(broken, err)
	}
}

func TestErrors(t *testing.T) {
	office, room := open(t)
	_, err := office.FindUser("nobody")
	wantRefused(t, err, UnknownUser)
	_, err = office.CreateUser("a\x00b")
	wantRefused(t, err, InvalidArgument)
	_, err = office.CreateUser("")
	wantRefused(t, err, InvalidArgument)
	_, err = office.Authenticate("x")
	wantRefused(t, err, InvalidToken)
	_, err = office.AvailableSeats(1)
	wantRefused(t, err, UnknownConcert)
	user, err := office.CreateUser("mina")
	must(t, err)
	_, err = office.CreateUser("mina")
	wantRefused(t, err, UserExists)
	if err.Error() != "user_exists: "+err.(*Error).Message || UserExists.Error() != "user_exists" || UserExists.IsFault() {
		t.Fatal(err)
	}
	_, err = Open("/nowhere/sale.db")
	wantRefused(t, err, Storage)
	if !Storage.IsFault() {
		t.Fatal("a fault is none")
	}
	must(t, office.Close())
	must(t, office.Close())
	_, err = office.Join(user, room.ID)
	wantRefused(t, err, InvalidHandle)
}

func TestIDsSurviveJSON(t *testing.T) {
	id := SeatID(1<<62 + 1)
	text, err := json.Marshal(map[string]any{"seat": id})
	must(t, err)
	var back map[string]string
	must(t, json.Unmarshal(text, &back))
	if number, err := ParseID(back["seat"]); err != nil || SeatID(number) != id || len(back["seat"]) != 13 {
		t.Fatal(string(text), err)
	}
	all := []any{UserID(id), RoomID(id), ConcertID(id), id, TokenID(id), ReservationID(id), PaymentID(id)}
	text, err = json.Marshal(all)
	must(t, err)
	for _, one := range strings.Split(strings.Trim(string(text), "[]"), ",") {
		if one != "\""+back["seat"]+"\"" {
			t.Fatal(string(text))
		}
	}
	_, err = ParseID("x")
	wantRefused(t, err, InvalidArgument)
}

// Two hundred goroutines after five seats: each is sold once, and no call meets another's answer.
func TestGoroutines(t *testing.T) {
	office, room := open(t)
	concert, err := office.CreateConcert(day, "Winter", room.ID, hall(5))
	must(t, err)
	var everybody sync.WaitGroup
	var lock sync.Mutex
	sold := map[SeatID]int{}
	buy := func(n int) error {
		user, err := office.CreateUser(fmt.Sprint("buyer-", n))
		if err != nil {
			return err
		}
		place, err := office.Join(user, room.ID)
		if err != nil || place.User != user {
			return fmt.Errorf("%v: %w", place, err)
		}
		if _, err = office.Recharge(user, 1_000, "r"); err != nil {
			return err
		}
		seats, err := office.AvailableSeats(concert)
		if err != nil || len(seats) == 0 {
			return err
		}
		seat := seats[n%len(seats)].ID
		held, err := office.HoldSeat(user, place.Token, seat, "h")
		if errors.Is(err, SeatUnavailable) {
			return nil
		}
		if err != nil {
			return err
		}
		paid, err := office.Pay(user, place.Token, held.Reservation, "p")
		if err != nil || paid.Balance != 0 {
			return fmt.Errorf("%v: %w", paid, err)
		}
		lock.Lock()
		defer lock.Unlock()
		sold[seat]++
		return nil
	}
	for n := 0; n < 200; n++ {
		everybody.Add(1)
		go func(n int) {
			defer everybody.Done()
			if err := buy(n); err != nil {
				t.Error(err)
			}
		}(n)
	}
	everybody.Wait()
	if len(sold) == 0 || len(sold) > 5 {
		t.Fatal(sold)
	}
	for seat, times := range sold {
		if times != 1 {
			t.Fatal(seat, "was sold", times, "times")
		}
	}
	if broken, err := office.Audit(); err != nil || broken != 0 {
		t.Fatal(broken, err)
	}
}
