-- KEYS: token, reservation, balance, ledger, the user's live hold, the user's live place, room, idempotency, takings.
-- ARGV: user, token, reservation. Answers the payment.
local request = ARGV[2] .. ' ' .. ARGV[3]
local known = redis.call('HMGET', KEYS[8], 'request', 'answer')
if known[1] then
    if known[1] ~= request then return redis.error_reply('ERR idempotency_conflict') end
    return known[2]
end
local now = tonumber(redis.call('TIME')[1])
local held = redis.call('HMGET', KEYS[2], 'user', 'seat', 'token', 'price', 'state', 'deadline')
if held[1] ~= ARGV[1] or held[3] ~= ARGV[2] or held[5] ~= 'held' or tonumber(held[6]) <= now then
    return redis.error_reply('ERR hold_expired')
end
local seat = 'seat:' .. held[2]
if redis.call('HGET', seat, 'claim') ~= ARGV[3] then return redis.error_reply('ERR seat_unavailable') end
if tonumber(redis.call('GET', KEYS[3]) or '0') < tonumber(held[4]) then
    return redis.error_reply('ERR insufficient_points')
end
local payment = redis.call('INCR', 'last_payment')
redis.call('DECRBY', KEYS[3], held[4])
redis.call('INCRBY', KEYS[9], held[4])
redis.call('RPUSH', KEYS[4], 'pay ' .. ARGV[1] .. ' ' .. held[4] .. ' ' .. payment .. ' ' .. now)
redis.call('HSET', 'payment:' .. payment, 'reservation', ARGV[3], 'amount', held[4], 'at', now)
redis.call('HSET', KEYS[2], 'state', 'confirmed', 'payment', payment)
redis.call('HSET', seat, 'state', 'sold')
redis.call('HDEL', seat, 'held_until')
redis.call('HSET', KEYS[1], 'state', 'completed')
redis.call('DEL', KEYS[5], KEYS[6])
redis.call('HINCRBY', KEYS[7], 'admitted', -1)
redis.call('HSET', KEYS[8], 'request', request, 'answer', payment)
redis.call('EXPIRE', KEYS[8], 86400)
return tostring(payment)
