-- Gives a consumer name back. The mark that stays tells that its consumer stopped in good order: what it left pending
-- was not the doing of an entry.
--
-- KEYS: lease
-- ARGV: token of this consumer, milliseconds to keep the mark
local mine = redis.call('GET', KEYS[1]) == ARGV[1]
if mine then
  redis.call('SET', KEYS[1], 'stopped', 'PX', ARGV[2])
end
return {mine and 1 or 0}
