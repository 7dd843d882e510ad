-- Completes entries of one consumer: publishes their outputs, sets their done keys and acknowledges them. Each entry all or
-- nothing, and only if it is still pending for this consumer; otherwise the consumer that claimed it completes it.
--
-- KEYS: stream, record of deaths; then for each entry: done keys..., lease keys..., output streams...
-- ARGV: group, consumer, number of entries; then for each entry: id, in record of deaths (0/1), number of done keys, of leases,
--       of outputs, per done key: value, milliseconds to live, even if it is
--       done already (0/1); per lease: owner; per output: number of arguments, field,
--       value, ...
-- Returns for each entry {1}, {0} if it is no longer ours, {-1, key} if an output key is not a stream, {-2, error} if Redis
-- refused an output, {-3, key} if a key that must not be done yet is done; with nothing of the entry done.
local stream, deaths = KEYS[1], KEYS[2]
local group, consumer = ARGV[1], ARGV[2]
local key, at = 3, 4
local replies, streams, known, ahead = {}, {}, {}, 16

local function isOutput(name)
  if streams[name] == nil then
    streams[name] = isStream(name)
  end
  return streams[name]
end

-- Whether an id is pending for this consumer. Ids mostly come in order, so one XPENDING also covers some that follow; after a
-- miss the next XPENDING is short.
local function isOurs(id, left)
  if known[id] == nil then
    known[id] = false
    for _, row in ipairs(pendingRows(stream, group, id, '+', math.min(ahead, left), consumer)) do
      known[row[1]] = true
    end
    ahead = 1
  else
    ahead = 16
  end
  return known[id]
end

for entry = 1, tonumber(ARGV[3]) do
  local id, inDeathRecord = ARGV[at], ARGV[at + 1]
  local doneCount, leaseCount, outputCount = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  local doneArgs = at + 5
  local leaseArgs = doneArgs + 3 * doneCount
  local outputArgs = leaseArgs + leaseCount
  local lease, output = key + doneCount, key + doneCount + leaseCount

  local ours = isOurs(id, ARGV[3] - entry + 1)
  local reply = {ours and 1 or 0}

  if ours then
    for i = 0, outputCount - 1 do
      if not isOutput(KEYS[output + i]) then
        reply = {-1, KEYS[output + i]}
      end
    end
    -- a lease expires while a process or Redis is halted for longer, and another consumer may have been faster
    for i = 0, doneCount - 1 do
      if ARGV[doneArgs + 3 * i + 2] == '0' and redis.call('EXISTS', KEYS[key + i]) == 1 then
        reply = {-3, KEYS[key + i]}
      end
    end
  end
  -- XADD comes first: a server out of memory refuses it before anything is written
  at = outputArgs
  for i = 0, outputCount - 1 do
    local count = tonumber(ARGV[at])
    if reply[1] == 1 then
      local added, refusal = append(KEYS[output + i], unpack(ARGV, at + 1, at + count))
      if not added then
        reply = {-2, refusal}
      end
    end
    at = at + count + 1
  end
  if reply[1] == 1 then
    for i = 0, doneCount - 1 do
      redis.call('SET', KEYS[key + i], ARGV[doneArgs + 3 * i], 'PX', ARGV[doneArgs + 3 * i + 1])
    end
    redis.call('XACK', stream, group, id)
    known[id] = false
    if inDeathRecord == '1' then
      forgetDeaths(deaths, consumer, id)
    end
  end
  if reply[1] >= 0 then
    releaseLeases(lease, leaseArgs, leaseCount)
  end
  key = output + outputCount
  replies[entry] = reply
end
return replies
