/** Structures of capi/boxoffice.h, member by member, as koffi has them. Those that this example uses; a test compares sizes and
    offsets of all of them with the header's. */

import koffi from 'koffi'

const text = (size) => koffi.array('char', size) // ends with 0
const reserved = (count) => koffi.array('int64_t', count) // zero; what goes in with anything else is refused

export const structures = {}

function structure(name, members) {
  structures[name] = koffi.struct(`boxoffice_${name}`, members)
  return structures[name]
}

export const Office = koffi.opaque('boxoffice_office') // a slot and a generation: never dereferenced

structure('error', {
  struct_size: 'uint32_t',
  code: 'int32_t',
  message: text(248),
  about_count: 'int32_t',
  reserved32: 'uint32_t',
  about: koffi.array('int64_t', 50),
})

const limits = structure('room_limits', {
  struct_size: 'uint32_t',
  reserved32: 'uint32_t',
  active_capacity: 'int64_t',
  queue_capacity: 'int64_t',
  admissions_per_second: 'int64_t',
  arrive_ttl_us: 'int64_t',
  active_ttl_us: 'int64_t',
  waiting_ttl_us: 'int64_t',
  reserved: reserved(4),
})

structure('room', {
  id: 'int64_t',
  limits,
  last_position: 'int64_t',
  serving: 'int64_t',
  name: text(72),
  reserved: reserved(4),
})

structure('new_seat', {
  number: 'const char *',
  number_length: 'size_t',
  section: 'const char *',
  section_length: 'size_t',
  row: 'const char *',
  row_length: 'size_t',
  price: 'int64_t',
  x: 'double',
  y: 'double',
  label: 'const char *',
  label_length: 'size_t',
  is_blocked: 'int32_t',
  reserved32: 'int32_t',
  category: 'const char *',
  category_length: 'size_t',
  reserved: reserved(4),
})

structure('concert', {
  id: 'int64_t',
  room: 'int64_t',
  created_at_us: 'int64_t',
  date: text(16),
  title: text(208),
  starts_at_us: 'int64_t',
  version: 'int64_t',
  called_off_at_us: 'int64_t',
  is_hidden: 'int32_t',
  reserved32: 'int32_t',
  reserved: reserved(2),
})

structure('seat', {
  id: 'int64_t',
  concert: 'int64_t',
  price: 'int64_t',
  x: 'double',
  y: 'double',
  held_until_us: 'int64_t',
  state: 'int32_t',
  is_mine: 'int32_t',
  number: text(72),
  section: text(72),
  row: text(72),
  label: text(72),
  category: text(72),
  reserved: reserved(7),
})

const claims = structure('claims', {
  token: 'int64_t',
  user: 'int64_t',
  room: 'int64_t',
  position: 'int64_t',
  reserved: reserved(2),
})

structure('joined', {
  claims,
  identity_until_us: 'int64_t',
  state: 'int32_t',
  again: 'int32_t',
  reserved: reserved(2),
})

structure('peeked', {
  is_turn: 'int32_t',
  reserved32: 'int32_t',
  occurred_at_us: 'int64_t',
  position: 'int64_t',
  ahead: 'int64_t',
  estimated_wait_us: 'int64_t',
  next_poll_us: 'int64_t',
  deadline_us: 'int64_t',
  reserved: reserved(2),
})

structure('held', {
  reservation: 'int64_t',
  seat: 'int64_t',
  price: 'int64_t',
  deadline_us: 'int64_t',
  reserved: reserved(2),
})

structure('recharged', { transfer: 'int64_t', balance: 'int64_t', reserved: reserved(2) })

structure('paid', {
  payment: 'int64_t',
  reservation: 'int64_t',
  amount: 'int64_t',
  balance: 'int64_t',
  paid_at_us: 'int64_t',
  item_count: 'int64_t',
  reserved: reserved(2),
})

structure('reservation', {
  id: 'int64_t',
  user: 'int64_t',
  seat: 'int64_t',
  concert: 'int64_t',
  token: 'int64_t',
  payment: 'int64_t',
  price: 'int64_t',
  held_at_us: 'int64_t',
  deadline_us: 'int64_t',
  finished_at_us: 'int64_t',
  state: 'int32_t',
  reserved32: 'int32_t',
  seat_number: text(72),
  date: text(16),
  seat_label: text(72),
  seat_section: text(72),
  seat_row: text(72),
  order: 'int64_t',
  sale: 'int64_t',
  type: 'int64_t',
  refunded: 'int64_t',
  cancelled_at_us: 'int64_t',
  refund: 'int64_t',
  seat_category: text(72),
  reserved: reserved(6),
})
