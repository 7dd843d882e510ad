-- Claims idle entries, one bounded step of a scan. A claim counts as a delivery only if the former owner died: its name is
-- neither leased nor marked as stopped. XAUTOCLAIM does not return the former owner, so XPENDING runs first, on the ids
-- that XAUTOCLAIM will scan (ten times COUNT).
--
-- KEYS: stream, record of deaths, lease of the name of each consumer...
-- ARGV: group, consumer, minimum idle milliseconds, cursor, count, milliseconds to keep the record of deaths, name of each
--       consumer... An owner that is not among them appeared a moment ago, so it is alive.
-- Returns {next cursor, number of ids lost, {ids claimed from others}, {ids already ours}}
local stream, deaths = KEYS[1], KEYS[2]
local group, consumer, minIdle, cursor, count, keep = unpack(ARGV)
local leases = {}
for i = 7, #ARGV do
  leases[ARGV[i]] = KEYS[i - 4]
end
local former = {}
for _, row in ipairs(redis.call('XPENDING', stream, group, cursor, '+', 10 * count)) do
  former[row[1]] = row
end
local result = redis.call('XAUTOCLAIM', stream, group, consumer, minIdle, cursor, 'COUNT', count, 'JUSTID')
-- before Redis 7 deleted entries are claimed like others; since then they are dropped and listed separately
local lost, claimed, own = #(result[3] or {}), {}, {}
for _, id in ipairs(result[2]) do
  local row = former[id]
  if #redis.call('XRANGE', stream, id, id) == 0 then
    redis.call('XACK', stream, group, id)
    lost = lost + 1
  elseif row and row[2] ~= consumer then
    local owner = row[2]
    if leases[owner] and not redis.call('GET', leases[owner]) then
      redis.call('XCLAIM', stream, group, consumer, 0, id, 'RETRYCOUNT', row[4] + 1, 'JUSTID')
      -- 1000 deaths mark an entry that ran alone when its process died; the others are recorded with 0
      local convicted = redis.call('HGET', deaths, 'alone:' .. owner) == id
      redis.call('HINCRBY', deaths, id, convicted and 1000 or 0)
      redis.call('PEXPIRE', deaths, keep)
      if convicted then
        redis.call('HDEL', deaths, 'alone:' .. owner)
      end
    end
    claimed[#claimed + 1] = id
  else
    own[#own + 1] = id
  end
end
return {result[1], lost, claimed, own}
