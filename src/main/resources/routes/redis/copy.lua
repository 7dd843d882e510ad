-- Publishes an entry of a stream again, at its end.
--
-- KEYS: stream
-- ARGV: id, group that alone is to process the copy (empty: every group)
-- Returns {id of the copy}, or {''} if there is no such entry, or it is a copy for another group.
local entry = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1]
if not entry then
  return {''}
end
for i = 1, #entry[2], 2 do
  if entry[2][i] == 'replay_group' and entry[2][i + 1] ~= ARGV[2] then
    return {''}
  end
end
local fields, count = copied(entry[2])
return {replayed(KEYS[1], fields, count, ARGV[2])}
