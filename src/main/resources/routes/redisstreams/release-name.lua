-- Releases a consumer name. The mark that remains says that its consumer stopped cleanly: what it left pending did not
-- kill it.
--
-- KEYS: lease
-- ARGV: token of this consumer, milliseconds to keep the mark
local mine = redis.call('GET', KEYS[1]) == ARGV[1]
if mine then
  redis.call('SET', KEYS[1], 'stopped', 'PX', ARGV[2])
end
return {mine and 1 or 0}
