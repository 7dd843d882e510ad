-- Removes all dead letters of a stream if there are as many as expected.
--
-- KEYS: dead letters...
-- ARGV: expected number of all of them
-- Returns {how many there are or were, whether they are removed (0/1)}
local found = 0
for _, letters in ipairs(KEYS) do
  found = found + redis.call('XLEN', letters)
end
if found ~= tonumber(ARGV[1]) then
  return {found, 0}
end
for _, letters in ipairs(KEYS) do
  redis.call('XTRIM', letters, 'MAXLEN', 0)
end
return {found, 1}
