package routes.redisstreams;

import java.util.ArrayList;
import java.util.List;

/** One call of a script. */
record ScriptCall(Script script, List<String> keys, List<String> arguments) {

    /**
     * A part of a call of a script that does the same for many entries.
     *
     * @param common what the parts of one call have in common: the first keys and arguments
     * @param keys keys of this part
     * @param arguments arguments of this part
     */
    record Part(ScriptCall common, List<String> keys, List<String> arguments) {
        /** Characters of the arguments. */
        int size() {
            return arguments.stream().mapToInt(String::length).sum();
        }
    }

    /** One call for parts that have the same in common; its answer has one element for each of them. */
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
