package routes.llm;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The providers that may still do a task, and why the previous ones failed. Used by one exchange at a time. */
public final class ProviderChain {
    private static final int LONGEST_MESSAGE = 1_000;

    private final Deque<String> remaining;
    private final List<String> problems = new ArrayList<>();
    private final List<ModelCall> calls = new ArrayList<>();
    private final List<Instant> rests = new ArrayList<>();
    private final ModelTask task;
    private String asked;

    ProviderChain(ModelTask task, List<String> providers) {
        this.task = task;
        remaining = new ArrayDeque<>(providers);
    }

    /** The next provider; null if there is none. */
    String next() {
        asked = remaining.poll();
        return asked;
    }

    /** The current provider rests and must not be called. */
    void resting(ProviderQuotas.Rest rest) {
        problems.add(asked + ": left alone until " + rest.until() + " (" + rest.reason() + ")");
        rests.add(rest.until());
    }

    String asked() {
        return asked;
    }

    ModelTask task() {
        return task;
    }

    /** The circuit breaker of the current provider is open. */
    void notPermitted() {
        problems.add(asked + ": circuit breaker is open");
    }

    /** @param rest until when the provider must not be called, if its quota is used up */
    void failed(ModelPassFailedException failure, Optional<ProviderQuotas.Rest> rest) {
        problems.add(failure.getMessage());
        rest.map(ProviderQuotas.Rest::until).ifPresent(rests::add);
        called(failure.calls());
    }

    void called(List<ModelCall> more) {
        calls.addAll(more);
    }

    /** All calls so far, in order. */
    public List<ModelCall> calls() {
        return List.copyOf(calls);
    }

    ProvidersFailedException exhausted() {
        String message = problems.isEmpty() ? "there is no provider" : String.join("; ", problems);
        boolean allRest = !rests.isEmpty() && rests.size() == problems.size();
        return new ProvidersFailedException(
                message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…",
                allRest ? rests.stream().min(Comparator.naturalOrder()).orElse(null) : null);
    }
}
