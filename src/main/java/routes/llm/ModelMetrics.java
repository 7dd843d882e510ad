package routes.llm;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Calls, tokens and cost units of model providers. A model's series exist from its first use or from {@link #register} on. */
class ModelMetrics {
    static final String SUCCESS = "success";

    private final MeterRegistry registry;
    private final Set<String> registered = ConcurrentHashMap.newKeySet();

    ModelMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Creates all series of these models, at 0. */
    void register(String provider, List<String> models) {
        for (String model : models) {
            if (registered.add(provider + " " + model)) {
                called(provider, model, SUCCESS, 0);
                for (ModelFailureException.Kind kind : ModelFailureException.Kind.values()) {
                    called(provider, model, kind.label(), 0);
                }
                used(provider, model, 0, 0);
            }
        }
    }

    void called(ModelCall call) {
        called(call.provider(), call.model(), call.outcome(), 1);
    }

    private void called(String provider, String model, String outcome, int calls) {
        registry.counter("llm.requests", "provider", provider, "model", model, "outcome", outcome)
                .increment(calls);
    }

    void used(String provider, String model, long tokens, double units) {
        registry.counter("llm.tokens", "provider", provider, "model", model).increment(tokens);
        registry.counter("llm.cost.units", "provider", provider).increment(units);
    }
}
