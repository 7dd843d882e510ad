-- Returns entries that are pending for this consumer, without counting a delivery (XREADGROUP with an id would).
-- Acknowledges pending ids whose entry is gone.
--
-- KEYS: stream, record of deaths
-- ARGV: group, consumer, whether the previous process with this name died (0/1), milliseconds to keep the record of deaths, ids...
-- Returns {lost ids, {id, deliveries, deaths or -1, fields}...}; ids that are no longer ours are left out.
local stream, deaths = KEYS[1], KEYS[2]
local group, consumer, afterDeath, keep = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4]
local alone = afterDeath and redis.call('HGET', deaths, 'alone:' .. consumer)
local lost = {}
local reply = {lost}
for i = 5, #ARGV do
  local id = ARGV[i]
  local row = redis.call('XPENDING', stream, group, id, id, 1, consumer)[1]
  if row then
    local entry = redis.call('XRANGE', stream, id, id)[1]
    if entry then
      redis.call('XCLAIM', stream, group, consumer, 0, id, 'JUSTID')
      if afterDeath then
        -- 1000 deaths mark an entry that ran alone when the process died
        redis.call('HINCRBY', deaths, id, alone == id and 1000 or 1)
        redis.call('PEXPIRE', deaths, keep)
      end
      reply[#reply + 1] = {id, row[4], tonumber(redis.call('HGET', deaths, id) or -1), entry[2]}
    else
      redis.call('XACK', stream, group, id)
      lost[#lost + 1] = id
    end
    if alone == id then
      redis.call('HDEL', deaths, 'alone:' .. consumer)
    end
  end
end
return reply
