package routes.llm;

/**
 * A call of a model that is over, for messages and for those who want to see why.
 *
 * @param outcome {@code success}, or the kind of failure
 * @param content what the model answered, shortened; null if it did not
 * @param problem null for a success
 */
public record ModelCall(String provider, String model, String outcome, long millis, String content, String problem) {
    private static final int LONGEST = 4_000;

    public ModelCall {
        content = content == null || content.length() <= LONGEST ? content : content.substring(0, LONGEST) + "…";
    }
}
