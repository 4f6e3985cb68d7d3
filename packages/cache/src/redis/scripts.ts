import { hash } from 'node:crypto';
import type { RedisClient } from './client.ts';

/** A script that runs on the server in one step. */
export interface RedisScript {
  readonly text: string;
  readonly digest: string;
}

/** Time of the server in microseconds; `%.0f` because Lua prints 1.7e+15 otherwise. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function format(number) return string.format('%.0f', number) end
local function parse(text)
  if type(text) ~= 'string' then return nil, '' end
  local version, lsn = string.match(text, '^(%d+) ?(%d*)$')
  return tonumber(version), lsn or ''
end
`;

/** Numbers a message and sends it; another type under the number's name is not ours, and makes way. */
const TELL = `
local function tell(sequence, channel, message)
  local number = redis.pcall('INCR', sequence)
  if type(number) ~= 'number' then
    redis.call('DEL', sequence)
    number = redis.call('INCR', sequence)
  end
  redis.call('PUBLISH', channel, format(number) .. ' ' .. message)
end
`;

/** Wakes those who wait for a lease, if anybody does. */
const LEASE = `
local held = redis.pcall('GET', KEYS[1])
local isOwner = held == ARGV[1] or held == ARGV[1] .. '+'
local function wake(channel, id)
  if type(held) == 'string' and string.sub(held, -1) == '+' then redis.call('PUBLISH', channel, id) end
end
`;

/**
 * Gives tags a newer version, and answers with it: one for all of them, or a list where the clock was behind. KEYS: the
 * tags, then the number of messages where they share a server. ARGV: life of a tag in ms, LSN or '', channel or '',
 * origin, JSON of the tags.
 */
export const BUMP: RedisScript = script(`${NOW}${TELL}
local count = ARGV[3] == '' and #KEYS or #KEYS - 1
local olds = redis.call('MGET', unpack(KEYS, 1, count))
local isAhead, versions, common = false, {}, format(now)
for index = 1, count do
  local old, lsn = parse(olds[index])
  local version = common
  if old and old >= now then
    version = format(old + 1)
    isAhead = true
  end
  if ARGV[2] ~= '' then lsn = ARGV[2] end
  redis.call('SET', KEYS[index], lsn == '' and version or version .. ' ' .. lsn, 'PX', ARGV[1])
  versions[index] = version
end
local told = isAhead and table.concat(versions, ',') or common
if ARGV[3] ~= '' then tell(KEYS[#KEYS], ARGV[3], ARGV[4] .. ' b ' .. told .. ' ' .. ARGV[5]) end
return told`);

/** Gives a tag that is missing the time of the server. KEYS: the tag. ARGV: life in ms, 0 for ever. */
export const INITIALISE: RedisScript = script(`${NOW}
local version, lsn = parse(redis.pcall('GET', KEYS[1]))
if not version then
  version = now
  if ARGV[1] == '0' then redis.call('SET', KEYS[1], format(version))
  else redis.call('SET', KEYS[1], format(version), 'PX', ARGV[1]) end
end
return lsn == '' and format(version) or format(version) .. ' ' .. lsn`);

/**
 * Gives the namespace a newer version. KEYS: namespace, number of messages, marker. ARGV: channel, origin, life of the
 * marker in ms or '': with it this is done once for all who ask with the same marker.
 */
export const BUMP_NAMESPACE: RedisScript = script(`${NOW}${TELL}
local old = parse(redis.pcall('GET', KEYS[1]))
local isDone = ARGV[3] ~= '' and not redis.call('SET', KEYS[3], '1', 'NX', 'PX', ARGV[3])
if isDone and old then return format(old) end
local version = format(math.max(now, (old or 0) + 1))
redis.call('SET', KEYS[1], version)
tell(KEYS[2], ARGV[1], ARGV[2] .. ' n ' .. version .. ' 0')
return version`);

/** Sends a message. KEYS: number of messages. ARGV: channel, message. */
export const TELL_ALL: RedisScript = script(`${NOW}${TELL}
tell(KEYS[1], ARGV[1], ARGV[2])
return 1`);

/** Moves the watermark. KEYS: watermark, number of messages. ARGV: channel, origin, LSN, ms or '' for now. */
export const ADVANCE: RedisScript = script(`${NOW}${TELL}
local mark = ARGV[3] .. ':' .. format(math.floor(math.min(now / 1000, tonumber(ARGV[4]) or math.huge)))
redis.call('SET', KEYS[1], mark)
tell(KEYS[2], ARGV[1], ARGV[2] .. ' w ' .. mark .. ' 0')
return mark`);

/** Takes a lease, or notes that somebody waits for it. KEYS: lease. ARGV: token, ms. */
export const TAKE_LEASE: RedisScript = script(`
local held = redis.pcall('GET', KEYS[1])
if held == false or type(held) ~= 'string' then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
if string.sub(held, -1) ~= '+' then
  local left = redis.call('PTTL', KEYS[1])
  if left > 0 then redis.call('SET', KEYS[1], held .. '+', 'PX', left) end
end
return 0`);

/** Lengthens a lease. KEYS: lease. ARGV: token, ms. */
export const RENEW_LEASE: RedisScript = script(`${LEASE}
if not isOwner then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`);

/** Gives a lease back. KEYS: lease. ARGV: token, channel, id. */
export const RELEASE_LEASE: RedisScript = script(`${LEASE}
if not isOwner then return 0 end
redis.call('DEL', KEYS[1])
wake(ARGV[2], ARGV[3])
return 1`);

/** Keeps a value under its lease. KEYS: lease, value. ARGV: token, channel, id, bytes, ms. */
export const FILL: RedisScript = script(`${LEASE}
if not isOwner then return 0 end
redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[5])
redis.call('DEL', KEYS[1])
wake(ARGV[2], ARGV[3])
return 1`);

/** Deletes a value, or replaces it, and voids its lease. KEYS: lease, value. ARGV: '', channel, id, bytes, ms or ''. */
export const REPLACE: RedisScript = script(`${LEASE}
if ARGV[5] == '' then redis.call('DEL', KEYS[2]) else redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[5]) end
redis.call('DEL', KEYS[1])
wake(ARGV[2], ARGV[3])
return isOwner and 1 or 0`);

/** Runs a script by its digest; the server is given the text when it does not know it. */
export async function runScript(
  client: RedisClient,
  { text, digest }: RedisScript,
  keys: readonly string[],
  values: readonly (string | number | Buffer)[],
): Promise<unknown> {
  try {
    return await client.call('EVALSHA', [digest, keys.length, ...keys, ...values]);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client.call('EVAL', [text, keys.length, ...keys, ...values]);
  }
}

function script(text: string): RedisScript {
  return { text, digest: hash('sha1', text) };
}
