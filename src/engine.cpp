/// The parts of the headers that take long to compile, compiled once. See BOXOFFICE_COMPILED in boxoffice/batch.hpp.

#include "boxoffice/box_office.hpp"
#include "boxoffice/memory_store.hpp"

namespace boxoffice {

template class BasicBatch<>;
template class BasicBoxOffice<>;

namespace memory {
template class Table<UserTable>;
template class Table<RoomTable>;
template class Table<ConcertTable>;
template class Table<SeatTable>;
template class Table<PlaceTable>;
template class Table<ReservationTable>;
template class Table<AccountTable>;
template class Table<PaymentTable>;
template class Table<IdempotencyTable>;
template class Table<LeaseTable>;
template class Table<TokenKeyTable>;
template class Table<PaymentStepTable>;
template class Table<TransferTable>;
template class Table<EventTable>;
}  // namespace memory

}  // namespace boxoffice
