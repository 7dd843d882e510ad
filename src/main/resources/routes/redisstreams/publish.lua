-- Appends entries to a stream, in order, except those that the last call with the same record already appended: a caller that
-- does not know whether that call arrived may repeat it.
--
-- KEYS: stream, record (if tokens are recorded)
-- ARGV: number of entries; then for each entry: token (empty: always append), number of arguments, field, value, ...
-- Returns for each entry its id, or an empty string if it was already appended.
local stream, record = KEYS[1], KEYS[2]
local at = 2
local ids, tokens = {}, {}
for entry = 1, tonumber(ARGV[1]) do
  local token, count = ARGV[at], tonumber(ARGV[at + 1])
  if token ~= '' and redis.call('SISMEMBER', record, token) == 1 then
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
for _, token in ipairs(tokens) do
  redis.call('SADD', record, token)
end
return ids
