-- Publishes a dead letter to its stream again and removes it from the dead letters, both or neither: who calls again because no
-- answer came finds it gone.
--
-- KEYS: dead letters, stream
-- ARGV: id of the dead letter; group that alone is to process it (empty: every group); then, for an edited entry, field, value, ...
-- Returns {id of the new entry, its number of replays}, or {'', 0} if there is no such dead letter.
local letters, stream = KEYS[1], KEYS[2]
local letter = redis.call('XRANGE', letters, ARGV[1], ARGV[1])[1]
if not letter then
  return {'', 0}
end
local fields, count = copied(letter[2])
if #ARGV > 2 then
  fields = {unpack(ARGV, 3)}
end
local id = replayed(stream, fields, count, ARGV[2])
redis.call('XDEL', letters, ARGV[1])
return {id, count}
