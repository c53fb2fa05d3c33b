/** The box office for Node.js: what one story needs of capi/boxoffice.h. Calls are promises; what is refused is an exception. */

import { promisify } from 'node:util'
import koffi from 'koffi'
import { Office as OfficeHandle, structures as s } from './layouts.js'

const MINOR = '0.1.'
const TOO_SMALL = 213
const NEVER = 2n ** 63n - 1n
const TOKEN_TEXT_SIZE = 69
const ID_TEXT_SIZE = 14
const PAGE = 1000
const SEAT_STATES = ['', 'available', 'held', 'sold', 'blocked']
const PLACE_STATES = ['', 'waiting', 'admitted', 'completed', 'left', 'expired']
const RESERVATION_STATES = ['', 'held', 'confirmed', 'released', 'expired', 'cancelled']

// Beyond so many calls under way koffi throws; how many a host lets in is its own to limit.
koffi.config({ max_async_calls: 1024 })

const library = koffi.load(process.env.BOXOFFICE_LIBRARY ?? 'libboxoffice.so.0')
const version = library.func('const char *boxoffice_version()')()
if (!version.startsWith(MINOR)) throw new Error(`libboxoffice ${version}: these layouts are those of ${MINOR}x`)
const statusName = library.func('const char *boxoffice_status_name(int32_t status)')

const office = koffi.pointer(OfficeHandle)
const out = (type) => koffi.out(koffi.pointer(type))
const error = koffi.inout(koffi.pointer(s.error))
const text = ['const char *', 'size_t']
const list = ['void *', 'size_t', out('size_t')]

function declare(name, ...parameters) {
  return library.func(`boxoffice_${name}`, 'int32_t', parameters)
}

const c = {
  open: declare('open', ...text, 'void *', out(office), error),
  close: declare('close', koffi.inout(koffi.pointer(office))),
  id_text: declare('id_text', 'int64_t', 'void *', error),
  id_parse: declare('id_parse', ...text, out('int64_t'), error),
  create_user: declare('create_user', office, ...text, out('int64_t'), error),
  find_user: declare('find_user', office, ...text, out('int64_t'), error),
  find_room: declare('find_room', office, ...text, out(s.room), error),
  create_concert: declare('create_concert', office, ...text, ...text, 'int64_t', koffi.pointer(s.new_seat), 'size_t', out('int64_t'), error),
  find_concert: declare('find_concert', office, ...text, out(s.concert), error),
  list_available_seats: declare('list_available_seats', office, 'int64_t', ...list, error),
  join: declare('join', office, 'int64_t', 'int64_t', out(s.joined), error),
  token_text: declare('token_text', office, koffi.pointer(s.claims), 'void *', error),
  authenticate: declare('authenticate', office, ...text, out(s.claims), error),
  peek: declare('peek', office, ...text, out(s.peeked), error),
  recharge: declare('recharge', office, 'int64_t', 'int64_t', ...text, out(s.recharged), error),
  hold_seat: declare('hold_seat', office, 'int64_t', 'int64_t', 'int64_t', ...text, out(s.held), error),
  pay: declare('pay', office, 'int64_t', 'int64_t', 'int64_t', ...text, out(s.paid), 'void *', error),
  list_reservations: declare('list_reservations', office, 'int64_t', 'int64_t', ...list, error),
}

/** What the office refuses, is asked wrongly, or cannot do. `code` is the stable name ("seat_unavailable"), `status` its number: 100
    to 199 refused, 200 to 299 a mistake, from 300 on a fault; `about` what a program wants to know of it. */
export class BoxofficeError extends Error {
  constructor(status, given) {
    const code = statusName(status)
    super(given.message ? `${code}: ${given.message}` : code)
    this.name = 'BoxofficeError'
    this.code = code
    this.status = status
    this.about = Array.from(given.about ?? []).slice(0, given.about_count ?? 0).map(BigInt)
  }
}

const newError = () => ({ struct_size: koffi.sizeof(s.error), code: 0, message: '', about_count: 0, reserved32: 0, about: [] })
const bytes = (given, name) => {
  if (typeof given !== 'string' || /\p{Surrogate}/u.test(given)) throw new TypeError(`${name}: a string, without half a character`)
  return [given, Buffer.byteLength(given)] // the length is one of bytes, not of UTF-16
}
const keyed = (given) => (given === undefined ? [null, 0] : bytes(given, 'key'))
/** An id or amount that goes in. A number beyond 2^53 has lost digits already. */
const int = (given, name) => {
  if (typeof given === 'bigint' || Number.isSafeInteger(given)) return BigInt(given)
  throw new TypeError(`${name}: a bigint, or a safe integer`)
}
/** To the millisecond, rounded down: nobody is told that they have longer than they do. null: never. */
const time = (us) => (BigInt(us) === NEVER ? null : new Date(Number(BigInt(us) / 1000n)))

async function call(name, ...given) {
  const failure = newError()
  const status = await promisify(c[name].async)(...given, failure)
  if (status !== 0) throw new BoxofficeError(status, failure)
}

function check(status, failure) {
  if (status !== 0) throw new BoxofficeError(status, failure)
}

/** The 13 characters of an id, for JSON and URLs, which have no 64-bit numbers. */
export function idText(id) {
  const buffer = Buffer.alloc(ID_TEXT_SIZE)
  const failure = newError()
  check(c.id_text(int(id, 'id'), buffer, failure), failure)
  return buffer.toString('utf8', 0, ID_TEXT_SIZE - 1)
}

export function parseId(given) {
  const id = [0]
  const failure = newError()
  check(c.id_parse(...bytes(given, 'text'), id, failure), failure)
  return BigInt(id[0])
}

export class Office {
  #handle

  constructor(handle) {
    this.#handle = handle
  }

  /** The office in the file at `path`, made if absent; ":memory:" keeps nothing. */
  static async open(path) {
    const handle = [null]
    await call('open', ...bytes(path, 'path'), null, handle)
    return new Office(handle[0])
  }

  /** Waits for the calls inside. Again: fine. */
  async close() {
    const handle = [this.#handle]
    this.#handle = null
    if (handle[0] === null) return
    const status = await promisify(c.close.async)(handle)
    if (status !== 0) throw new BoxofficeError(status, {})
  }

  async #call(name, ...given) {
    await call(name, this.#handle, ...given)
  }

  async #id(name, ...given) {
    const id = [0]
    await this.#call(name, ...given, id)
    return BigInt(id[0])
  }

  async #one(name, ...given) {
    const found = {}
    await this.#call(name, ...given, found)
    return found
  }

  createUser(name) {
    return this.#id('create_user', ...bytes(name, 'name'))
  }

  findUser(name) {
    return this.#id('find_user', ...bytes(name, 'name'))
  }

  async findRoom(name = 'main') {
    const room = await this.#one('find_room', ...bytes(name, 'name'))
    return { id: BigInt(room.id), name: room.name, activeCapacity: Number(room.limits.active_capacity) }
  }

  /** `date` is "yyyy-mm-dd"; a seat is {number, price, section, row, category}. */
  createConcert(date, title, room, seats = []) {
    const rows = seats.map(({ number, price, section = '', row = '', category = '' }) => {
      const [texts, lengths] = [{ number, section, row, category }, {}]
      for (const [name, given] of Object.entries(texts)) lengths[`${name}_length`] = bytes(given, name)[1]
      const none = { x: 0, y: 0, label: null, label_length: 0, is_blocked: 0, reserved32: 0, reserved: [0, 0, 0, 0] }
      return { ...texts, ...lengths, ...none, price: int(price, 'price') }
    })
    return this.#id('create_concert', ...bytes(date, 'date'), ...bytes(title, 'title'), int(room, 'room'), rows, rows.length)
  }

  async findConcert(date) {
    const concert = await this.#one('find_concert', ...bytes(date, 'date'))
    return { id: BigInt(concert.id), room: BigInt(concert.room), date: concert.date, title: concert.title }
  }

  async availableSeats(concert) {
    const size = koffi.sizeof(s.seat)
    for (let capacity = 256; ; ) {
      const memory = Buffer.alloc(capacity * size) // stays while the call is under way: this function has it
      const count = [0]
      try {
        await this.#call('list_available_seats', int(concert, 'concert'), memory, capacity, count)
      } catch (refused) {
        if (refused.status !== TOO_SMALL) throw refused
        capacity = Number(count[0]) + 16 // there may be more by now
        continue
      }
      return koffi.decode(memory, s.seat, Number(count[0])).map((seat) => ({
        id: BigInt(seat.id),
        number: seat.number,
        label: seat.label,
        section: seat.section,
        row: seat.row,
        category: seat.category,
        price: Number(seat.price),
        state: SEAT_STATES[seat.state],
      }))
    }
  }

  /** A place in line, admitted at once while there is room; again: the live place. */
  async join(user, room) {
    const { claims, state, again, identity_until_us } = await this.#one('join', int(user, 'user'), int(room, 'room'))
    const { token, position } = claims
    return {
      claims,
      token: BigInt(token),
      position: Number(position),
      state: PLACE_STATES[state],
      again: again === 1,
      identityUntil: time(identity_until_us),
    }
  }

  /** What the buyer's browser keeps, of the claims of join(). */
  async tokenText(claims) {
    const buffer = Buffer.alloc(TOKEN_TEXT_SIZE)
    await this.#call('token_text', claims, buffer)
    return buffer.toString('utf8', 0, TOKEN_TEXT_SIZE - 1)
  }

  /** Whose token this is: the acting user of a command comes from here, not from the request's body. */
  async authenticate(token) {
    const claims = await this.#one('authenticate', ...bytes(token, 'token'))
    return { user: BigInt(claims.user), token: BigInt(claims.token), room: BigInt(claims.room) }
  }

  async peek(token) {
    const turn = await this.#one('peek', ...bytes(token, 'token'))
    return {
      isTurn: turn.is_turn === 1,
      position: Number(turn.position),
      ahead: Number(turn.ahead),
      nextPollMs: Number(turn.next_poll_us) / 1000,
      deadline: time(turn.deadline_us),
    }
  }

  /** `key` names the request: sent again, it has one effect and the same answer. */
  async recharge(user, amount, key) {
    const done = await this.#one('recharge', int(user, 'user'), int(amount, 'amount'), ...keyed(key))
    return { transfer: BigInt(done.transfer), balance: Number(done.balance) }
  }

  async holdSeat(user, token, seat, key) {
    const held = await this.#one('hold_seat', int(user, 'user'), int(token, 'token'), int(seat, 'seat'), ...keyed(key))
    return { reservation: BigInt(held.reservation), price: Number(held.price), deadline: time(held.deadline_us) }
  }

  async pay(user, token, reservation, key) {
    const paid = {}
    const ids = [int(user, 'user'), int(token, 'token'), int(reservation, 'reservation')]
    await this.#call('pay', ...ids, ...keyed(key), paid, null)
    return { payment: BigInt(paid.payment), amount: Number(paid.amount), balance: Number(paid.balance) }
  }

  /** The user's own, newest first, page by page. */
  async *reservations(user) {
    const memory = Buffer.alloc(PAGE * koffi.sizeof(s.reservation))
    for (let before = 0n; ; ) {
      const count = [0]
      await this.#call('list_reservations', int(user, 'user'), before, memory, PAGE, count)
      const page = koffi.decode(memory, s.reservation, Number(count[0]))
      for (const one of page) {
        yield {
          id: BigInt(one.id),
          date: one.date,
          seat: one.seat_label,
          price: Number(one.price),
          state: RESERVATION_STATES[one.state],
          deadline: time(one.deadline_us),
        }
      }
      if (page.length < PAGE) return
      before = BigInt(page.at(-1).id)
    }
  }
}
