-- Functions of the scripts that publish entries again.

-- The fields of an entry without those that a dead letter and a replay add, and the number of the next replay.
local function copied(fields)
  local own, count = {}, 1
  for i = 1, #fields, 2 do
    local name, value = fields[i], fields[i + 1]
    if name == 'replay_count' then
      count = (tonumber(value) or 0) + 1
    elseif name ~= 'replay_group' and string.sub(name, 1, 4) ~= 'dlq_' then
      own[#own + 1] = name
      own[#own + 1] = value
    end
  end
  return own, count
end

-- Appends an entry again; groups other than the given one acknowledge it without processing it.
local function replayed(stream, fields, count, group)
  fields[#fields + 1] = 'replay_count'
  fields[#fields + 1] = string.format('%d', count)
  if group ~= '' then
    fields[#fields + 1] = 'replay_group'
    fields[#fields + 1] = group
  end
  return redis.call('XADD', stream, '*', unpack(fields))
end

