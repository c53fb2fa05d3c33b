/** One story: a house, a buyer, a place in line, a hold, a payment, a retry, a refusal.

      BOXOFFICE_LIBRARY=… node examples/node/sale.js [sale.db] */

import { BoxofficeError, Office, idText } from './boxoffice.js'

const DATE = '2026-12-24'

const office = await Office.open(process.argv[2] ?? ':memory:')
try {
  const room = (await office.findRoom('main')).id
  try {
    await office.findUser('jiyeon')
  } catch (refused) {
    if (refused.code !== 'unknown_user') throw refused
    const hall = Array.from({ length: 10 }, (_, n) => ({ number: `A-${n + 1}`, price: 99_000, section: 'stalls', row: 'A' }))
    await office.createConcert(DATE, '겨울', room, hall)
    await office.createUser('jiyeon')
  }
  const concert = await office.findConcert(DATE)
  const user = await office.findUser('jiyeon')

  const place = await office.join(user, room) // admitted at once while there is room
  const token = await office.tokenText(place.claims) // the browser keeps this, and shows it with each request
  if (!(await office.peek(token)).isTurn) throw new Error('somebody is inside; wait')
  const key = idText(place.token) // a request that is sent again has one effect
  await office.recharge(user, 100_000, key)

  const seats = await office.availableSeats(concert.id)
  if (seats.length === 0) console.log('sold out')
  else {
    const held = await office.holdSeat(user, place.token, seats[0].id, key)
    try {
      await office.holdSeat(user, place.token, seats[0].id, `${key}-again`) // another request, for a seat that is held
    } catch (refused) {
      if (!(refused instanceof BoxofficeError)) throw refused
      console.log(`refused, as it should be: ${refused.code}`)
    }
    const [paid, again] = await Promise.all([1, 2].map(() => office.pay(user, place.token, held.reservation, key)))
    if (paid.payment !== again.payment) throw new Error('paid twice')
    console.log(`${concert.title}: ${seats[0].label} is sold, balance: ${paid.balance}`)
    for await (const one of office.reservations(user)) console.log(`${idText(one.id)} ${one.seat} ${one.state}`)
  }
} finally {
  await office.close()
}
