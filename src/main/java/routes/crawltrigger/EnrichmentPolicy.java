package routes.crawltrigger;

import java.util.List;
import java.util.Map;
import routes.configuration.ConfigFolderProperties;
import routes.configuration.ConfigurationException;

/**
 * The policy {@code config/enrichment_policy.yml}: for which posts links are fetched, and how many.
 *
 * @param triggerTags tags that cause the links of a post to be fetched
 * @param budget upper limits across all processes
 * @param maxUrlsPerPost maximum number of links per post
 */
record EnrichmentPolicy(List<String> triggerTags, Budget budget, int maxUrlsPerPost) {

    /**
     * @param tenantPerDay posts per tenant and day (UTC)
     * @param domainPerHour links per domain and hour
     */
    record Budget(int tenantPerDay, int domainPerHour) {}

    /**
     * @param file source of the text, for messages
     * @throws ConfigurationException if the text is malformed or contains a value out of range
     */
    static EnrichmentPolicy parse(String file, String text) {
        EnrichmentPolicy policy = ConfigFolderProperties.yaml(file, text, EnrichmentPolicy.class);
        Map<String, Integer> limits = Map.of(
                "budget.tenant_per_day", policy.budget().tenantPerDay(),
                "budget.domain_per_hour", policy.budget().domainPerHour(),
                "max_urls_per_post", policy.maxUrlsPerPost());
        limits.forEach((name, value) -> {
            if (value < 0) {
                throw new ConfigurationException(file + ": " + name + "=" + value + ": must be 0 or more");
            }
        });
        return policy;
    }
}
