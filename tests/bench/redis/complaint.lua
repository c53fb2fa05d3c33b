-- What is wrong after a run; empty: nothing. ARGV: users, seats, payments acknowledged, price.
local sold = 0
for seat = 1, ARGV[2] do
    local row = redis.call('HMGET', 'seat:' .. string.format('%d', seat), 'state', 'claim')
    if row[1] == 'sold' then
        sold = sold + 1
        if redis.call('HGET', 'reservation:' .. row[2], 'state') ~= 'confirmed' then return 'sold without a reservation' end
    end
end
if sold ~= tonumber(ARGV[3]) then return 'seats sold are not those paid: ' .. sold .. ', ' .. ARGV[3] end
local balances, ledger, taken = 0, 0, 0
for user = 1, ARGV[1] do balances = balances + (redis.call('GET', 'balance:' .. string.format('%d', user)) or 0) end
for _, line in ipairs(redis.call('LRANGE', 'ledger', 0, -1)) do
    local kind, _, amount = line:match('^(%a+) (%d+) (%d+)')
    if kind == 'recharge' then ledger = ledger + amount else ledger, taken = ledger - amount, taken + amount end
end
if balances ~= ledger then return 'balances are not the sum of the ledger: ' .. balances .. ', ' .. ledger end
if taken ~= sold * ARGV[4] or taken ~= tonumber(redis.call('GET', 'takings:1')) then return 'takings are not what was paid' end
return ''
