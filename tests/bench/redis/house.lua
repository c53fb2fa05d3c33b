-- Makes the house. ARGV: users, first seat, last seat, price.
redis.call('HSET', 'room', 'active_capacity', 1000000000, 'last_position', 0, 'serving', 0, 'admitted', 0)
for seat = ARGV[2], ARGV[3] do redis.call('HSET', 'seat:' .. string.format('%d', seat), 'state', 'available', 'price', ARGV[4]) end
return ARGV[1]
