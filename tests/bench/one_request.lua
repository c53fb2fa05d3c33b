-- For wrk, run by http_load.sh: one request, again and again. With a BODY it is a POST, else a GET.
--
--     wrk -s one_request.lua URL -- [BODY]
--
-- There is no `response` here: it would have wrk make a Lua table of every answer, and measure that. wrk itself counts
-- statuses from 400 on.

function init(args)
    if not args[1] then return end
    wrk.method = "POST"
    wrk.body = args[1]
    wrk.headers["Content-Type"] = "application/json"
end

-- For http_load.sh: requests per second, p99 in µs, what went wrong.
function done(summary, latency)
    local errors = summary.errors
    io.write(("measured %.0f %d %d\n"):format(summary.requests / (summary.duration / 1e6), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
