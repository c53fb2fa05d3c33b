-- For wrk, run by http_load.sh: users buy a seat, one after another. Each takes a place in line, looks whether it is
-- their turn, lists dates and seats, holds the first free seat, recharges its price, looks at the balance and pays.
--
--     wrk -t N -c N -s journey.lua URL -- CONCERTS N
--
-- As many threads as connections, since wrk does not tell a script which connection it writes for or reads from.
-- CONCERTS has a line "date concertId" for each concert of 50 seats at 100 points; concert n is bought by the users
-- load-50(n-1)+1 to load-50n. Thread t of T sells the concerts t, t+T, t+2T …, so that no two users want one seat.

local seats_per_concert = 50
local price = 100

-- What `done` reads of each thread has to be global.
journeys = 0
unexpected = 0
complaint = nil

local concerts = {}        -- this thread's: date, id, and the number of the user before its first
local concert, sold = 1, 0 -- where it has got to
local step = 1
local user, token, seat, reservation

local function call(method, path, body)
    return wrk.format(method, path, { ["Authorization"] = token and "Bearer " .. token }, body)
end

local function post(path, body, ...) return call("POST", path, body:format(...)) end

local function has(body, text) return body:find(text, 1, true) ~= nil end

local steps = {
    {
        name = "token",
        ask = function() return post("/api/token", '{"userId":"%s"}', user) end,
        take = function(body)
            token = body:match('"token":"([^"]+)"')
            return token
        end,
    },
    {
        name = "peek",
        ask = function() return post("/api/token/peek", '{"tokenId":"%s"}', token) end,
        take = function(body) return has(body, '"isTurn":true') end,
    },
    {
        name = "dates",
        ask = function() return call("GET", "/api/concert/date") end,
        take = function(body) return has(body, '"' .. concerts[concert].date .. '"') end,
    },
    {
        name = "seats",
        ask = function()
            local at = concerts[concert]
            return call("GET", "/api/concert/seat?date=" .. at.date .. "&concertId=" .. at.id)
        end,
        take = function(body)
            seat = body:match('"availableSeats":%["([^"]+)"')
            return seat
        end,
    },
    {
        name = "hold",
        ask = function()
            local at = concerts[concert]
            return post("/api/reservations",
                '{"userId":"%s","date":"%s","concertId":"%s","seatNumber":"%s","token":"%s"}',
                user, at.date, at.id, seat, token)
        end,
        take = function(body)
            reservation = body:match('"reservationId":"([^"]+)"')
            return reservation
        end,
    },
    {
        name = "recharge",
        ask = function() return post("/api/payment/recharge", '{"userId":"%s","amount":%d}', user, price) end,
        take = function(body) return has(body, '"newBalance":' .. price .. "}") end,
    },
    {
        name = "balance",
        ask = function() return call("GET", "/api/balance?userId=" .. user) end,
        take = function(body) return has(body, '"currentBalance":' .. price .. "}") end,
    },
    {
        name = "pay",
        ask = function()
            return post("/api/payment", '{"userId":"%s","reservationId":"%s","token":"%s"}', user, reservation, token)
        end,
        take = function(body) return has(body, '"status":"Confirmed"') end,
    },
}

local function complain(text)
    unexpected = unexpected + 1
    complaint = complaint or text
end

local function next_user()
    step, token = 1, nil
    sold = sold + 1
    if sold > seats_per_concert then concert, sold = concert + 1, 1 end
    if concerts[concert] then
        user = "load-" .. concerts[concert].users_before + sold
    else
        -- It would buy what others bought, or nothing: neither is what is measured.
        complain("a thread has sold all of its seats")
        wrk.thread:stop()
    end
end

-- wrk calls setup and done in a Lua state of their own, the other functions in each thread's.
local threads = {}

function setup(thread)
    table.insert(threads, thread)
    thread:set("number", #threads)
end

function init(args)
    local count = tonumber(args[2])
    local line_number = 0
    for line in io.lines(args[1]) do
        line_number = line_number + 1
        if (line_number - number) % count == 0 then
            local date, id = line:match("^(%S+) (%S+)$")
            table.insert(concerts, { date = date, id = id, users_before = (line_number - 1) * seats_per_concert })
        end
    end
    next_user()
end

-- wrk may ask for the same request twice; only an answer moves the journey on.
function request() return steps[step].ask() end

function response(status, _, body)
    if status ~= 200 or not steps[step].take(body) then
        complain(("%s: %d %s"):format(steps[step].name, status, body:sub(1, 300)))
        return next_user()
    end
    if step < #steps then
        step = step + 1
    else
        journeys = journeys + 1
        next_user()
    end
end

-- For http_load.sh: requests per second, p99 in µs, what went wrong, journeys per second, journeys.
function done(summary, latency)
    local completed, wrong = 0, 0
    for _, thread in ipairs(threads) do
        completed = completed + thread:get("journeys")
        wrong = wrong + thread:get("unexpected")
        if thread:get("complaint") then io.write("complaint ", thread:get("complaint"), "\n") end
    end
    local errors = summary.errors
    wrong = wrong + errors.connect + errors.read + errors.write + errors.timeout
    local seconds = summary.duration / 1e6
    io.write(("measured %.0f %d %d %.0f %d\n"):format(
        summary.requests / seconds, latency:percentile(99), wrong, completed / seconds, completed))
end
