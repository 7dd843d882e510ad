-- Makes a group as it was: its position, and its pending entries, which belong to a consumer that does not run. Taking an entry over
-- from it counts as a delivery, so one less is recorded.
--
-- KEYS: stream
-- ARGV: group, last delivered id, last generated id of the stream, consumer, then for each pending entry: id, deliveries
-- Returns {number of pending entries}
redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[1], ARGV[2], 'MKSTREAM')
redis.call('XSETID', KEYS[1], ARGV[3])
local pending = 0
for at = 5, #ARGV, 2 do
  -- an entry that was deleted while it was pending is not there
  if redis.call('XRANGE', KEYS[1], ARGV[at], ARGV[at])[1] then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[4], 0, ARGV[at], 'IDLE', 86400000,
      'RETRYCOUNT', math.max(0, tonumber(ARGV[at + 1]) - 1), 'FORCE', 'JUSTID')
    pending = pending + 1
  end
end
return {pending}
