-- Moves entries of one consumer to the dead letters: their fields as they are, then the fields that tell what happened, then
-- the acknowledgement. Each entry all or nothing, and only if it is still pending for this consumer.
--
-- KEYS: stream, death book; then for each entry: dead-letter stream, lease keys...
-- ARGV: group, consumer, number of entries; then for each entry: id, number of leases, owner per lease..., number of
--       arguments, field, value, ...
-- Returns for each entry {1, id of the dead letter}, {0} when it is not ours any more, {2} when its body is gone (it is then
-- only acknowledged), {-1, key} when the dead-letter key is no stream, {-2, error} when Redis refused the dead letter.
local stream, deaths = KEYS[1], KEYS[2]
local group, consumer = ARGV[1], ARGV[2]
local key, at = 3, 4
local replies = {}

for entry = 1, tonumber(ARGV[3]) do
  local id, letters, leaseCount = ARGV[at], KEYS[key], tonumber(ARGV[at + 1])
  local reportArgs = at + 2 + leaseCount
  local reportCount = tonumber(ARGV[reportArgs])
  local pending = redis.pcall('XPENDING', stream, group, id, id, 1, consumer)
  if pending.err and not string.find(pending.err, 'NOGROUP', 1, true) then
    return pending
  end
  local reply = {0}
  if not pending.err and #pending == 1 then
    local kind = redis.call('TYPE', letters).ok
    local body = redis.call('XRANGE', stream, id, id)[1]
    if kind ~= 'none' and kind ~= 'stream' then
      reply = {-1, letters}
    elseif body then
      local fields = body[2]
      for i = reportArgs + 1, reportArgs + reportCount do
        fields[#fields + 1] = ARGV[i]
      end
      local added = redis.pcall('XADD', letters, '*', unpack(fields))
      if type(added) == 'table' and added.err then
        reply = {-2, added.err}
      else
        reply = {1, added}
      end
    else
      reply = {2}
    end
    if reply[1] > 0 then
      redis.call('XACK', stream, group, id)
      redis.call('HDEL', deaths, id)
      -- the next suspect may have been noted already
      if redis.call('HGET', deaths, 'alone:' .. consumer) == id then
        redis.call('HDEL', deaths, 'alone:' .. consumer)
      end
    end
  end
  if reply[1] >= 0 then
    for i = 1, leaseCount do
      if redis.call('GET', KEYS[key + i]) == ARGV[at + 1 + i] then
        redis.call('DEL', KEYS[key + i])
      end
    end
  end
  key = key + 1 + leaseCount
  at = reportArgs + reportCount + 1
  replies[entry] = reply
end
return replies
