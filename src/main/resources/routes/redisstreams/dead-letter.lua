-- Moves entries of one consumer to the dead letters: the original fields, then the fields that describe the failure; then
-- acknowledges them. Each entry all or nothing, and only if it is still pending for this consumer. An entry whose dead letter
-- already exists, because the group was deleted and recreated, is only acknowledged.
--
-- KEYS: stream, record of deaths, record of dead letters; then for each entry: dead-letter stream, lease keys...
-- ARGV: group, consumer, number of entries; then for each entry: id, number of leases, owner per lease..., number of
--       arguments, field, value, ...
-- Returns for each entry {1, id of the dead letter}, {0} if it is no longer ours, {2} if its body is gone (it is then only
-- acknowledged), {-1, key} if the dead-letter key is not a stream, {-2, error} if Redis refused the dead letter.
local stream, deaths, record = KEYS[1], KEYS[2], KEYS[3]
local group, consumer = ARGV[1], ARGV[2]
local key, at = 4, 4
-- milliseconds after the last dead letter: a group deleted later than that fails on its poison entries again
local keep = 30 * 24 * 3600 * 1000
local replies = {}

for entry = 1, tonumber(ARGV[3]) do
  local id, letters, leaseCount = ARGV[at], KEYS[key], tonumber(ARGV[at + 1])
  local reportArgs = at + 2 + leaseCount
  local reportCount = tonumber(ARGV[reportArgs])
  local reply = {0}
  if isPending(stream, group, id, consumer) then
    local body = redis.call('XRANGE', stream, id, id)[1]
    local former = redis.call('HGET', record, id)
    if not isStream(letters) then
      reply = {-1, letters}
    elseif former and redis.call('XRANGE', letters, former, former)[1] then
      reply = {1, former}
    elseif body then
      local fields = body[2]
      for i = reportArgs + 1, reportArgs + reportCount do
        fields[#fields + 1] = ARGV[i]
      end
      local added, refusal = append(letters, unpack(fields))
      if added then
        reply = {1, added}
        redis.call('HSET', record, id, added)
        redis.call('PEXPIRE', record, keep)
      else
        reply = {-2, refusal}
      end
    else
      reply = {2}
    end
    if reply[1] > 0 then
      redis.call('XACK', stream, group, id)
      forgetDeaths(deaths, consumer, id)
    end
  end
  if reply[1] >= 0 then
    releaseLeases(key + 1, at + 2, leaseCount)
  end
  key = key + 1 + leaseCount
  at = reportArgs + reportCount + 1
  replies[entry] = reply
end
return replies
