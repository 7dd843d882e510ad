-- Records failed deliveries of entries of one consumer. The entries stay pending; their delivery counters are set, so
-- that the count survives this process.
--
-- KEYS: stream, record of deaths; then for each entry: lease keys...
-- ARGV: group, consumer, number of entries; then for each entry: id, in record of deaths (0/1), number of the next delivery,
--       number of leases, owner per lease...
-- Returns for each entry {1}, or {0} if it is no longer ours.
local stream, deaths = KEYS[1], KEYS[2]
local group, consumer = ARGV[1], ARGV[2]
local key, at = 3, 4
local replies = {}

for entry = 1, tonumber(ARGV[3]) do
  local id, inDeathRecord, delivery, leaseCount = ARGV[at], ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])
  local ours = isPending(stream, group, id, consumer)
  if ours then
    redis.call('XCLAIM', stream, group, consumer, 0, id, 'RETRYCOUNT', delivery, 'JUSTID')
    if inDeathRecord == '1' then
      forgetDeaths(deaths, consumer, id)
    end
  end
  releaseLeases(key, at + 4, leaseCount)
  key = key + leaseCount
  at = at + 4 + leaseCount
  replies[entry] = {ours and 1 or 0}
end
return replies
