package routes.llm;

/**
 * What became of a task.
 *
 * @param provider who did it
 * @param model which model; null for a provider without models
 * @param value what {@link ModelTask#read} made of the answer
 */
public record ModelResult(String provider, String model, Object value) {}
