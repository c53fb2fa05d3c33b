// One story: a house, a buyer, a place in line, a hold, a refusal, a payment and its retry.
//
//	go run ./sale [sale.db]
package main

import (
	"errors"
	"fmt"
	"os"

	"boxoffice.example/go/boxoffice"
)

const date = "2026-12-24"

func main() {
	path := ":memory:"
	if len(os.Args) > 1 {
		path = os.Args[1]
	}
	if err := sell(path); err != nil {
		fmt.Fprintln(os.Stderr, "sale:", err)
		os.Exit(1)
	}
}

func sell(path string) error {
	office, err := boxoffice.Open(path)
	if err != nil {
		return err
	}
	defer office.Close()
	room, err := office.FindRoom("main")
	if err != nil {
		return err
	}
	user, err := office.FindUser("jiyeon")
	if errors.Is(err, boxoffice.UnknownUser) { // the first run makes the house
		user, err = makeHouse(office, room.ID)
	}
	if err != nil {
		return err
	}
	concert, err := office.FindConcert(date)
	if err != nil {
		return err
	}

	place, err := office.Join(user, room.ID) // admitted at once while there is room
	if err != nil {
		return err
	}
	token, err := office.TokenText(place) // the browser keeps this
	if err != nil {
		return err
	}
	turn, err := office.Peek(token)
	if err != nil {
		return err
	}
	if !turn.IsTurn {
		return fmt.Errorf("%d are ahead; ask again in %v", turn.Ahead, turn.NextPoll)
	}
	key := place.Token.String() // a request that is sent again has one effect
	if _, err = office.Recharge(user, 100_000, key); err != nil {
		return err
	}
	seats, err := office.AvailableSeats(concert.ID)
	if err != nil {
		return err
	}
	if len(seats) == 0 {
		fmt.Println("sold out")
		return nil
	}
	held, err := office.HoldSeat(user, place.Token, seats[0].ID, key)
	if err != nil {
		return err
	}
	if _, err = office.HoldSeat(user, place.Token, seats[0].ID, key+"-again"); err != nil {
		var refused *boxoffice.Error
		if !errors.As(err, &refused) || refused.Status.IsFault() {
			return err
		}
		fmt.Println("refused, as it should be:", refused.Status)
	}
	paid, err := office.Pay(user, place.Token, held.Reservation, key)
	if err != nil {
		return err
	}
	again, err := office.Pay(user, place.Token, held.Reservation, key)
	if err != nil || again != paid {
		return fmt.Errorf("paid again: %v, %w", again, err)
	}
	fmt.Printf("%s: %s is sold, balance: %d\n", concert.Title, seats[0].Label, paid.Balance)
	return nil
}

func makeHouse(office *boxoffice.Office, room boxoffice.RoomID) (boxoffice.UserID, error) {
	var hall []boxoffice.NewSeat
	for n := 1; n <= 10; n++ {
		hall = append(hall, boxoffice.NewSeat{Number: fmt.Sprintf("A-%d", n), Section: "stalls", Row: "A", Price: 99_000})
	}
	if _, err := office.CreateConcert(date, "겨울", room, hall); err != nil {
		return 0, err
	}
	return office.CreateUser("jiyeon")
}
