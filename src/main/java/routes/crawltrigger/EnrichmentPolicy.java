package routes.crawltrigger;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import java.util.Map;
import routes.configuration.ConfigurationException;

/**
 * {@code config/enrichment_policy.yml}: which posts have their links fetched, and how many.
 *
 * @param triggerTags tags that make a post worth fetching its links
 * @param budget upper limits over all processes
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
        YAMLMapper yaml = YAMLMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                        DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                        DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                .build();
        try {
            EnrichmentPolicy policy = yaml.readValue(text, EnrichmentPolicy.class);
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
        } catch (UnrecognizedPropertyException e) {
            // detected when the whole record is built, so its position in the text is lost
            throw new ConfigurationException(
                    file + ": there is no field '" + e.getPropertyName() + "', known are " + e.getKnownPropertyIds(),
                    e);
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : " line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new ConfigurationException(file + where + ": " + e.getOriginalMessage(), e);
        }
    }
}
