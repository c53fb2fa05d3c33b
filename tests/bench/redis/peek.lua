-- KEYS: token, room. ARGV: user, token. Answers how many are in front; 0: it is the user's turn.
local place = redis.call('HMGET', KEYS[1], 'user', 'state', 'deadline', 'arrived_at')
local now = tonumber(redis.call('TIME')[1])
if place[1] ~= ARGV[1] or tonumber(place[3]) <= now then return redis.error_reply('ERR place_expired') end
if place[2] == 'waiting' then return ARGV[2] - redis.call('HGET', KEYS[2], 'serving') end
if place[2] ~= 'admitted' then return redis.error_reply('ERR place_completed') end
if not place[4] then redis.call('HSET', KEYS[1], 'arrived_at', now, 'turn_until', now + 3600) end
return 0
