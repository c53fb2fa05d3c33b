-- KEYS: balance, ledger, idempotency. ARGV: user, amount. Answers the balance.
local known = redis.call('HMGET', KEYS[3], 'request', 'answer')
if known[1] then
    if known[1] ~= ARGV[2] then return redis.error_reply('ERR idempotency_conflict') end
    return known[2]
end
local balance = redis.call('INCRBY', KEYS[1], ARGV[2])
redis.call('RPUSH', KEYS[2], 'recharge ' .. ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. redis.call('TIME')[1])
redis.call('HSET', KEYS[3], 'request', ARGV[2], 'answer', balance)
redis.call('EXPIRE', KEYS[3], 86400)
return tostring(balance)
