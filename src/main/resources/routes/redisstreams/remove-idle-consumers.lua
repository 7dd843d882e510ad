-- Removes consumers that have been idle for long and have nothing pending. Removing a consumer drops its pending entries,
-- so the check and the removal are one step.
--
-- KEYS: stream, lease of the name of each consumer...
-- ARGV: group, minimum idle milliseconds, name of each consumer...
-- Returns the names removed.
local leases = {}
for i = 3, #ARGV do
  leases[ARGV[i]] = KEYS[i - 1]
end
local removed = {}
for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local info = {}
  for i = 1, #row, 2 do
    info[row[i]] = row[i + 1]
  end
  if leases[info.name] and info.pending == 0 and info.idle >= tonumber(ARGV[2]) then
    local lease = redis.call('GET', leases[info.name])
    if not lease or lease == 'stopped' then
      redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], info.name)
      removed[#removed + 1] = info.name
    end
  end
end
return removed
