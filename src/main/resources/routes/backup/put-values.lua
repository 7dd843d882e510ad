-- Writes values of keys in place of what is there.
--
-- KEYS: keys
-- ARGV: for each key: kind, time of its end in milliseconds since 1970 or 0, number of the arguments that follow, value, ...; of a hash
--       field, value, ...
-- Returns {}
local write = {string = 'SET', hash = 'HSET', set = 'SADD'}
local at = 1
for _, key in ipairs(KEYS) do
  local count = tonumber(ARGV[at + 2])
  redis.call('DEL', key)
  -- in steps, since a call takes only some thousand arguments
  for from = at + 3, at + 2 + count, 1000 do
    redis.call(write[ARGV[at]], key, unpack(ARGV, from, math.min(from + 999, at + 2 + count)))
  end
  if ARGV[at + 1] ~= '0' then
    redis.call('PEXPIREAT', key, ARGV[at + 1])
  end
  at = at + 3 + count
end
return {}
