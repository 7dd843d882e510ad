-- Renews entries, or releases them, and renews the leases that their exchanges hold. Touches only what is still owned: a
-- late heartbeat steals nothing back.
--
-- KEYS: stream, lease keys...
-- ARGV: group, consumer, idle time to set in milliseconds (0 renews, a long one releases to others), number of ids,
--       ids..., per lease: owner, milliseconds to live
-- Returns the ids that are no longer ours.
local stream, group, consumer, idle, count = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local gone = {}
for i = 5, 4 + count do
  if isPending(stream, group, ARGV[i], consumer) then
    redis.call('XCLAIM', stream, group, consumer, 0, ARGV[i], 'IDLE', idle, 'JUSTID')
  else
    gone[#gone + 1] = ARGV[i]
  end
end
local at = 5 + count
for i = 2, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[at] then
    redis.call('PEXPIRE', KEYS[i], ARGV[at + 1])
  end
  at = at + 2
end
return gone
