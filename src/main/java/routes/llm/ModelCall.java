package routes.llm;

/**
 * A finished call of a model, for messages and diagnosis.
 *
 * @param outcome {@code success}, or the kind of failure
 * @param content the model's answer, shortened; null if there was none
 * @param problem null for a success
 */
public record ModelCall(String provider, String model, String outcome, long millis, String content, String problem) {
    private static final int LONGEST = 4_000;

    public ModelCall {
        content = content == null || content.length() <= LONGEST ? content : content.substring(0, LONGEST) + "…";
    }
}
