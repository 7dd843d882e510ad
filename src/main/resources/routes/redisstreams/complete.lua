-- Completes an entry: publishes its outputs, records what is done and acknowledges it, all or nothing, and only if the
-- entry is still pending for this consumer. Whoever claimed it away completes it instead.
--
-- KEYS: stream, death book, done keys..., lease keys..., output streams...
-- ARGV: group, consumer, id, in death book (0/1), number of done keys, of leases, of outputs,
--       per done key: value, milliseconds to live; per lease: owner; per output: number of arguments, field, value, ...
-- Returns {1, id of each output...}, {0} when the entry is not ours any more, {-1, key} when an output key is no stream.
local stream, deaths = KEYS[1], KEYS[2]
local group, consumer, id, inDeathBook = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local doneCount, leaseCount, outputCount = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local firstLease, firstOutput = 2 + doneCount, 2 + doneCount + leaseCount
local doneArgs, leaseArgs = 7, 7 + 2 * doneCount

local pending = redis.pcall('XPENDING', stream, group, id, id, 1, consumer)
if pending.err and not string.find(pending.err, 'NOGROUP', 1, true) then
  return pending
end
local ours = not pending.err and #pending == 1

if ours then
  for i = 1, outputCount do
    local kind = redis.call('TYPE', KEYS[firstOutput + i]).ok
    if kind ~= 'none' and kind ~= 'stream' then
      return {-1, KEYS[firstOutput + i]}
    end
  end
end

local reply = {ours and 1 or 0}
if ours then
  -- XADD comes first: a server without memory refuses it before anything is written
  local at = leaseArgs + leaseCount + 1
  for i = 1, outputCount do
    local count = tonumber(ARGV[at])
    reply[#reply + 1] = redis.call('XADD', KEYS[firstOutput + i], '*', unpack(ARGV, at + 1, at + count))
    at = at + count + 1
  end
  for i = 1, doneCount do
    redis.call('SET', KEYS[2 + i], ARGV[doneArgs + 2 * i - 1], 'PX', ARGV[doneArgs + 2 * i])
  end
  redis.call('XACK', stream, group, id)
  if inDeathBook == '1' then
    redis.call('HDEL', deaths, id)
    -- the next suspect may have been noted already
    if redis.call('HGET', deaths, 'alone:' .. consumer) == id then
      redis.call('HDEL', deaths, 'alone:' .. consumer)
    end
  end
end
for i = 1, leaseCount do
  if redis.call('GET', KEYS[firstLease + i]) == ARGV[leaseArgs + i] then
    redis.call('DEL', KEYS[firstLease + i])
  end
end
return reply
