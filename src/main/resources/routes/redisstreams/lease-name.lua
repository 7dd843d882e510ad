-- Acquires or renews the lease of a consumer name.
--
-- KEYS: lease
-- ARGV: token of this consumer, milliseconds to live
-- Returns {1, former value or ''}, or {0, milliseconds the other holder has left}.
local holder = redis.call('GET', KEYS[1])
if not holder or holder == ARGV[1] or holder == 'stopped' then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return {1, holder or ''}
end
return {0, redis.call('PTTL', KEYS[1])}
