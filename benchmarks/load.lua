-- Sends the requests of a file, over and over, and says in one line of JSON what came of it.
-- Arguments: the file (requests end with a NUL), and what makes the keys of this run unlike all others.
local asks, parts, turn = {}, {}, 0
local run

function init(args)
  run = args[2]
  local file = io.open(args[1], "rb")
  for ask in file:read("*a"):gmatch("(%Z+)%z") do
    local before, after = ask:match("^(.*)@KEY@(.*)$")
    if before then parts[#parts + 1] = {before, after} else asks[#asks + 1] = ask end
  end
  file:close()
end

function request()
  turn = turn + 1
  if #parts == 0 then return asks[(turn - 1) % #asks + 1] end
  local part = parts[(turn - 1) % #parts + 1]
  return part[1] .. run .. turn .. part[2]
end

function done(summary, latency, _)
  local e = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.4f, "p50": %.3f, "p95": %.3f, "p99": %.3f, "worst": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, e.status, e.connect + e.read + e.write + e.timeout))
end
