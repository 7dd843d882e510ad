-- The positions of streams and their groups, all at one moment.
--
-- KEYS: streams
-- Returns for each stream {last generated id, {{group, last delivered id, {id, deliveries, id, deliveries, ...}}, ...}},
--       or {} if it does not exist
local answer = {}
for i, key in ipairs(KEYS) do
  answer[i] = {}
  if redis.call('EXISTS', key) == 1 then
    local info = redis.call('XINFO', 'STREAM', key)
    for f = 1, #info, 2 do
      if info[f] == 'last-generated-id' then
        answer[i][1] = info[f + 1]
      end
    end
    local groups = {}
    for g, fields in ipairs(redis.call('XINFO', 'GROUPS', key)) do
      local group = {'', '', {}}
      for f = 1, #fields, 2 do
        if fields[f] == 'name' then
          group[1] = fields[f + 1]
        elseif fields[f] == 'last-delivered-id' then
          group[2] = fields[f + 1]
        end
      end
      -- a group has no more pending entries than its consumers may hold at a time
      for _, row in ipairs(redis.call('XPENDING', key, group[1], '-', '+', 1000000)) do
        table.insert(group[3], row[1])
        table.insert(group[3], tostring(row[4]))
      end
      groups[g] = group
    end
    answer[i][2] = groups
  end
end
return answer
