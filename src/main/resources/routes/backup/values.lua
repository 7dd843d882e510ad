-- Reads values of keys, whatever their kind.
--
-- KEYS: keys
-- Returns for each {kind, milliseconds until its end or -1, {value, ...}}; of a hash field, value, ...; kind none if there is none
local answer = {}
for i, key in ipairs(KEYS) do
  local kind, value = redis.call('TYPE', key).ok, {}
  if kind == 'string' then
    value = {redis.call('GET', key)}
  elseif kind == 'hash' then
    value = redis.call('HGETALL', key)
  elseif kind == 'set' then
    value = redis.call('SMEMBERS', key)
  end
  answer[i] = {kind, redis.call('PTTL', key), value}
end
return answer
