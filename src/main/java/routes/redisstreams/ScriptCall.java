package routes.redisstreams;

import java.util.List;

/** One call of a script. */
record ScriptCall(Script script, List<String> keys, List<String> arguments) {}
