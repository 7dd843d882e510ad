-- Appends entries to a stream, in order, except those that the last call with the same record already appended: a caller that
-- does not know whether that call arrived may repeat it.
--
-- KEYS: stream, record (if tokens are recorded)
-- ARGV: number of entries; then for each entry: token (empty: always append), number of arguments, field, value, ...
-- Returns for each entry its id, or an empty string if it was already appended.
local stream, record = KEYS[1], KEYS[2]
local at = 2
local ids, tokens, known = {}, {}, {}
if record then
  for _, token in ipairs(redis.call('SMEMBERS', record)) do
    known[token] = true
  end
end
for entry = 1, tonumber(ARGV[1]) do
  local token, count = ARGV[at], tonumber(ARGV[at + 1])
  if known[token] then
    ids[entry] = ''
  else
    ids[entry] = redis.call('XADD', stream, '*', unpack(ARGV, at + 2, at + 1 + count))
  end
  if token ~= '' then
    tokens[#tokens + 1] = token
  end
  at = at + 2 + count
end
if record then
  redis.call('DEL', record)
end
-- Lua passes only so many arguments in one call
for first = 1, #tokens, 1000 do
  redis.call('SADD', record, unpack(tokens, first, math.min(first + 999, #tokens)))
end
return ids
