-- KEYS: token, seat, the user's live hold, idempotency. ARGV: user, token, seat. Answers the reservation.
local request = ARGV[2] .. ' ' .. ARGV[3]
local known = redis.call('HMGET', KEYS[4], 'request', 'answer')
if known[1] then
    if known[1] ~= request then return redis.error_reply('ERR idempotency_conflict') end
    return known[2]
end
local now = tonumber(redis.call('TIME')[1])
local place = redis.call('HMGET', KEYS[1], 'user', 'state', 'turn_until')
if place[1] ~= ARGV[1] or place[2] ~= 'admitted' or not place[3] or tonumber(place[3]) <= now then
    return redis.error_reply('ERR not_your_turn')
end
if redis.call('EXISTS', KEYS[3]) == 1 then return redis.error_reply('ERR hold_limit') end
local seat = redis.call('HMGET', KEYS[2], 'state', 'held_until', 'price')
if seat[1] == 'sold' or seat[1] == 'held' and tonumber(seat[2]) > now then
    return redis.error_reply('ERR seat_unavailable')
end
local reservation = redis.call('INCR', 'last_reservation')
redis.call('HSET', KEYS[2], 'state', 'held', 'held_until', now + 300, 'claim', reservation)
redis.call('HSET', 'reservation:' .. reservation, 'user', ARGV[1], 'seat', ARGV[3], 'token', ARGV[2], 'price', seat[3],
           'state', 'held', 'held_at', now, 'deadline', now + 300)
redis.call('SET', KEYS[3], reservation, 'EX', 300)
redis.call('HSET', KEYS[4], 'request', request, 'answer', reservation)
redis.call('EXPIRE', KEYS[4], 86400)
return tostring(reservation)
