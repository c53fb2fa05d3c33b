-- KEYS: live place of the user, room. ARGV: user. Answers the token.
local live = redis.call('GET', KEYS[1])
if live then return live end
local position = redis.call('HINCRBY', KEYS[2], 'last_position', 1)
local state = 'waiting'
if redis.call('HGET', KEYS[2], 'active_capacity') - redis.call('HGET', KEYS[2], 'admitted') > 0 then
    redis.call('HINCRBY', KEYS[2], 'admitted', 1)
    redis.call('HSET', KEYS[2], 'serving', position)
    state = 'admitted'
end
local now = tonumber(redis.call('TIME')[1])
redis.call('HSET', 'token:' .. position, 'user', ARGV[1], 'state', state, 'deadline', now + 3600)
redis.call('SET', KEYS[1], position)
return tostring(position)
