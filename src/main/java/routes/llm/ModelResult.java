package routes.llm;

import java.util.Map;

/**
 * The result of a task.
 *
 * @param provider that completed it
 * @param model null for a provider without models
 * @param value what {@link ModelTask#read} made of the answer
 * @param metadata how the result was produced, beyond provider and model
 */
public record ModelResult(String provider, String model, Object value, Map<String, Object> metadata) {}
