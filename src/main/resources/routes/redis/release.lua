-- Makes pending entries of consumers that no longer run idle, so that the others claim them at their next look. Their delivery
-- counters stay; the claim counts the death.
--
-- KEYS: stream, lease of the name of each consumer...
-- ARGV: group, idle milliseconds, maximum number of entries, name of each consumer...
-- Returns {entries released}
local stream, group, idle, most = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3])
local released = 0
for i = 4, #ARGV do
  local consumer = ARGV[i]
  if redis.call('EXISTS', KEYS[i - 2]) == 0 and released < most then
    for _, row in ipairs(redis.call('XPENDING', stream, group, '-', '+', most - released, consumer)) do
      redis.call('XCLAIM', stream, group, consumer, 0, row[1], 'IDLE', idle, 'JUSTID')
      released = released + 1
    end
  end
end
return {released}
