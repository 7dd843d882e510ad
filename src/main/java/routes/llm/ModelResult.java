package routes.llm;

/**
 * The result of a task.
 *
 * @param provider that completed it
 * @param model null for a provider without models
 * @param value what {@link ModelTask#read} made of the answer
 */
public record ModelResult(String provider, String model, Object value) {}
