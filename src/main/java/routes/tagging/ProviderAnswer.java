package routes.tagging;

import java.util.List;

/** What a tagging provider proposed, before it is checked. {@code model} is null where the provider has none. */
public record ProviderAnswer(String provider, String model, List<String> tags) {}
