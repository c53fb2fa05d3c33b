/** What examples/node/boxoffice.js promises; run by test_node.py with the path of the example and of an office. */

import assert from 'node:assert/strict'

const [, , example, path] = process.argv
const { BoxofficeError, Office, idText, parseId } = await import(example)

const refused = (code, status) => (error) => {
  assert(error instanceof BoxofficeError && error instanceof Error)
  assert.deepEqual([error.code, error.status], [code, status], error.message)
  assert(error.message.startsWith(`${code}: `))
  return true
}

const office = await Office.open(path)
const room = (await office.findRoom()).id
const hall = Array.from({ length: 3_000 }, (_, n) => ({ number: `${n + 1}`, price: 1_000, section: '1층', row: '가' }))
const concert = await office.createConcert('2030-12-24', '겨울 콘서트', room, hall)

// Ids are bigints, and survive their text; times are Dates; texts are UTF-8.
assert.equal(typeof concert, 'bigint')
assert.equal(parseId(idText(concert)), concert)
assert.equal((await office.findConcert('2030-12-24')).title, '겨울 콘서트')
const seats = await office.availableSeats(concert)
assert.deepEqual(
  [seats.length, seats[0].number, seats[2_999].number, seats[9].section],
  [3_000, '1', '3000', '1층'],
)

// Many calls under way: each has its own answer.
const users = await Promise.all(Array.from({ length: 300 }, (_, n) => office.createUser(`구매자-${n}`)))
assert.equal(new Set(users).size, 300)
assert.equal(await office.findUser('구매자-7'), users[7])
const places = await Promise.all(users.map((user) => office.join(user, room)))
assert.equal(places.filter((place) => place.state === 'admitted').length, 200)
const first = places.find((place) => place.position === 1)
const buyer = users[places.indexOf(first)]
const token = await office.tokenText(first.claims)
assert.deepEqual(await office.authenticate(token), { user: buyer, token: first.token, room })
const turn = await office.peek(token)
assert(turn.isTurn && turn.deadline instanceof Date && turn.deadline > new Date())
const late = places.find((place) => place.position === 300)
const waits = await office.peek(await office.tokenText(late.claims))
assert.deepEqual([waits.isTurn, waits.ahead], [false, 99])

// Errors are exceptions, with a name to decide by.
await assert.rejects(office.createUser('구매자-7'), refused('user_exists', 115))
await assert.rejects(office.findUser('nobody'), refused('unknown_user', 202))
await assert.rejects(office.authenticate('x'), refused('invalid_token', 201))
await assert.rejects(office.createUser('a\0b'), refused('invalid_argument', 200))
await assert.rejects(office.recharge(buyer, 0), refused('invalid_argument', 200))
await assert.rejects(office.holdSeat(users[0], 1n, seats[0].id), refused('invalid_token', 201))
await assert.rejects(Office.open('/nowhere/sale.db'), refused('storage', 300))
assert.throws(() => parseId('x'), refused('invalid_argument', 200))
assert.throws(() => office.createUser('half \ud800'), TypeError)
await assert.rejects(office.recharge(buyer, 2 ** 60), TypeError) // its last digits are gone already
await assert.rejects(office.recharge(buyer, 1.5), TypeError)

// The story, with a retry of each step: one effect.
for (const _ of [1, 2]) assert.equal((await office.recharge(buyer, 1_500, 'r')).balance, 1_500)
await assert.rejects(office.recharge(buyer, 1_600, 'r'), refused('idempotency_conflict', 109))
const [held, again] = await Promise.all([1, 2].map(() => office.holdSeat(buyer, first.token, seats[5].id, 'h')))
assert.deepEqual(again, held)
const minutes = (held.deadline - new Date()) / 60_000
assert(minutes > 3 && minutes <= 5)
const [paid, same] = await Promise.all([1, 2].map(() => office.pay(buyer, first.token, held.reservation, 'p')))
assert.deepEqual([paid.balance, same], [500, paid])
const mine = []
for await (const one of office.reservations(buyer)) mine.push([one.id, one.seat, one.state, one.price])
assert.deepEqual(mine, [[held.reservation, '6', 'confirmed', 1_000]])

await Promise.all([office.close(), office.close()])
await assert.rejects(office.findRoom(), refused('invalid_handle', 214))
console.log('checked')
