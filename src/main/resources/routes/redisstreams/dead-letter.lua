-- Moves an entry to the dead letters: its fields as they are, then the fields that tell what happened, then the
-- acknowledgement, all or nothing, and only if the entry is still pending for this consumer.
--
-- KEYS: stream, death book, dead-letter stream, lease keys...
-- ARGV: group, consumer, id, number of leases, owner per lease..., field, value, ...
-- Returns {1, id of the dead letter}, {0} when the entry is not ours any more, {2} when its body is gone (it is then only
-- acknowledged), {-1, key} when the dead-letter key is no stream.
local stream, deaths, letters = KEYS[1], KEYS[2], KEYS[3]
local group, consumer, id, leaseCount = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local pending = redis.pcall('XPENDING', stream, group, id, id, 1, consumer)
if pending.err and not string.find(pending.err, 'NOGROUP', 1, true) then
  return pending
end
local reply = {0}
if not pending.err and #pending == 1 then
  local kind = redis.call('TYPE', letters).ok
  if kind ~= 'none' and kind ~= 'stream' then
    return {-1, letters}
  end
  local entry = redis.call('XRANGE', stream, id, id)[1]
  if entry then
    local fields = entry[2]
    for i = 5 + leaseCount, #ARGV do
      fields[#fields + 1] = ARGV[i]
    end
    reply = {1, redis.call('XADD', letters, '*', unpack(fields))}
  else
    reply = {2}
  end
  redis.call('XACK', stream, group, id)
  redis.call('HDEL', deaths, id)
  -- the next suspect may have been noted already
  if redis.call('HGET', deaths, 'alone:' .. consumer) == id then
    redis.call('HDEL', deaths, 'alone:' .. consumer)
  end
end
for i = 1, leaseCount do
  if redis.call('GET', KEYS[3 + i]) == ARGV[4 + i] then
    redis.call('DEL', KEYS[3 + i])
  end
end
return reply
