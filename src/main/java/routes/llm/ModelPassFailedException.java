package routes.llm;

import java.util.List;
import java.util.stream.Collectors;
import routes.llm.ModelFailureException.Kind;

/** No call of a pass through a provider gave a valid answer. */
public class ModelPassFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<ModelCall> calls;
    private final Kind kind;

    ModelPassFailedException(String provider, List<ModelCall> calls, ModelFailureException last) {
        super(
                provider + ": "
                        + calls.stream()
                                .map(call -> call.model() + " " + call.problem())
                                .collect(Collectors.joining(", ")),
                last);
        this.calls = List.copyOf(calls);
        this.kind = last.kind();
    }

    List<ModelCall> calls() {
        return calls;
    }

    /** Why the last call failed. */
    Kind kind() {
        return kind;
    }
}
