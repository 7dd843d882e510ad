package routes.llm;

import java.util.Map;

/**
 * The result of a task.
 *
 * @param provider the provider that completed the task
 * @param model null for a provider without models
 * @param value the return value of {@link ModelTask#read}
 * @param metadata further information about how the result was produced
 */
public record ModelResult(String provider, String model, Object value, Map<String, Object> metadata) {}
