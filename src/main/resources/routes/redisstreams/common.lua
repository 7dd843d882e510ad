-- Functions that the scripts of the component share.

-- Rows of entries that are pending for a consumer; none if the group is gone.
local function pendingRows(stream, group, from, to, count, consumer)
  local rows = redis.pcall('XPENDING', stream, group, from, to, count, consumer)
  if rows.err then
    if not string.find(rows.err, 'NOGROUP', 1, true) then
      error(rows.err, 0)
    end
    return {}
  end
  return rows
end

local function isPending(stream, group, id, consumer)
  return #pendingRows(stream, group, id, id, 1, consumer) == 1
end

-- Whether a key can hold a stream.
local function isStream(key)
  local kind = redis.call('TYPE', key).ok
  return kind == 'none' or kind == 'stream'
end

-- Appends an entry; returns its id, or nil and the error if Redis refuses it.
local function append(stream, ...)
  local added = redis.pcall('XADD', stream, '*', ...)
  if type(added) == 'table' and added.err then
    return nil, added.err
  end
  return added
end

-- Removes an entry from the record of deaths.
local function forgetDeaths(deaths, consumer, id)
  redis.call('HDEL', deaths, id)
  -- the field may already name another entry
  if redis.call('HGET', deaths, 'alone:' .. consumer) == id then
    redis.call('HDEL', deaths, 'alone:' .. consumer)
  end
end

-- Releases the leases in consecutive keys, each only if its owner, in consecutive arguments, still holds it.
local function releaseLeases(key, argument, count)
  for i = 0, count - 1 do
    if redis.call('GET', KEYS[key + i]) == ARGV[argument + i] then
      redis.call('DEL', KEYS[key + i])
    end
  end
end

