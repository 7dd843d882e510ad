package routes.redisstreams;

import java.util.ArrayList;
import java.util.List;

/** One call of a script. */
record ScriptCall(Script script, List<String> keys, List<String> arguments) {

    /**
     * One entry's part of a script call that handles many entries.
     *
     * @param common the leading keys and arguments, shared by the parts of one call
     * @param keys keys of this part
     * @param arguments arguments of this part
     */
    record Part(ScriptCall common, List<String> keys, List<String> arguments) {
        /** Total characters of the arguments. */
        int size() {
            return arguments.stream().mapToInt(String::length).sum();
        }
    }

    /** One call for parts with the same {@code common}; its reply has one element per part. */
    static ScriptCall of(List<Part> parts) {
        ScriptCall common = parts.get(0).common();
        List<String> keys = new ArrayList<>(common.keys());
        List<String> arguments = new ArrayList<>(common.arguments());
        arguments.add(Integer.toString(parts.size()));
        for (Part part : parts) {
            keys.addAll(part.keys());
            arguments.addAll(part.arguments());
        }
        return new ScriptCall(common.script(), keys, arguments);
    }
}
