-- Removes the oldest entries of a stream beyond a length, but none that a group has not received or acknowledged.
-- One bounded step.
--
-- KEYS: stream
-- ARGV: length to keep (at least 1), maximum number of entries to remove, groups...
-- Returns {removed, left beyond the length, the group that needs what is left or ''}
local stream, keep, most = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local excess = redis.call('XLEN', stream) - keep
if excess <= 0 then
  return {0, 0, ''}
end

-- The parts of an id are integers of up to 64 bits, more than a Lua number can hold.
local function isLess(number, other)
  return #number < #other or (#number == #other and number < other)
end
local function isBefore(id, other)
  local time, sequence = string.match(id, '(%d+)-(%d+)')
  local otherTime, otherSequence = string.match(other, '(%d+)-(%d+)')
  return isLess(time, otherTime) or (time == otherTime and isLess(sequence, otherSequence))
end

local delivered = {}
for _, row in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local info = {}
  for i = 1, #row, 2 do
    info[row[i]] = row[i + 1]
  end
  delivered[info.name] = info['last-delivered-id']
end

local needed, holder
for i = 3, #ARGV do
  local group = ARGV[i]
  if not delivered[group] then
    -- the group will start at the first entry
    return {0, excess, group}
  end
  local next = redis.call('XRANGE', stream, '(' .. delivered[group], '+', 'COUNT', 1)[1]
  for _, id in ipairs({next and next[1] or false, redis.call('XPENDING', stream, group)[2]}) do
    if id and (not needed or isBefore(id, needed)) then
      needed, holder = id, group
    end
  end
end

local step = math.min(excess, most)
local kept = redis.call('XRANGE', stream, '-', '+', 'COUNT', step + 1)[step + 1][1]
local held = needed and isBefore(needed, kept)
local removed = redis.call('XTRIM', stream, 'MINID', held and needed or kept)
return {removed, excess - removed, held and holder or ''}
