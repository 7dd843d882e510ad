-- Records that a delivery of an entry failed. The entry stays pending; its delivery counter is set, so that the count
-- survives this process.
--
-- KEYS: stream, death book, lease keys...
-- ARGV: group, consumer, id, in death book (0/1), number of the next delivery, owner per lease...
-- Returns {1}, or {0} when the entry is not ours any more.
local stream, deaths = KEYS[1], KEYS[2]
local group, consumer, id, inDeathBook, delivery = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local pending = redis.pcall('XPENDING', stream, group, id, id, 1, consumer)
if pending.err and not string.find(pending.err, 'NOGROUP', 1, true) then
  return pending
end
local ours = not pending.err and #pending == 1
if ours then
  redis.call('XCLAIM', stream, group, consumer, 0, id, 'RETRYCOUNT', delivery, 'JUSTID')
  if inDeathBook == '1' then
    redis.call('HDEL', deaths, id)
    -- the next suspect may have been noted already
    if redis.call('HGET', deaths, 'alone:' .. consumer) == id then
      redis.call('HDEL', deaths, 'alone:' .. consumer)
    end
  end
end
for i = 3, #KEYS do
  if redis.call('GET', KEYS[i]) == ARGV[3 + i] then
    redis.call('DEL', KEYS[i])
  end
end
return {ours and 1 or 0}
