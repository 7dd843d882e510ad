-- Removes consumers that have been idle for long and have nothing pending. Removing a consumer drops its pending entries,
-- so the check and the removal are one step.
--
-- KEYS: stream
-- ARGV: group, minimum idle milliseconds, prefix of the name leases
-- Returns the names removed.
local removed = {}
for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local info = {}
  for i = 1, #row, 2 do
    info[row[i]] = row[i + 1]
  end
  local lease = redis.call('GET', ARGV[3] .. info.name)
  if info.pending == 0 and info.idle >= tonumber(ARGV[2]) and (not lease or lease == 'stopped') then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], info.name)
    removed[#removed + 1] = info.name
  end
end
return removed
