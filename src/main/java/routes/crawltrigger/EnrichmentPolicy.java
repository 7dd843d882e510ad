package routes.crawltrigger;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import routes.configuration.ConfigurationException;

/**
 * {@code config/enrichment_policy.yml}: which posts have their links fetched, and how many.
 *
 * @param triggerTags tags that make a post worth fetching its links
 * @param budget upper limits over all processes
 * @param maxUrlsPerPost maximum number of links per post
 */
public record EnrichmentPolicy(
        @JsonProperty(required = true) List<String> triggerTags,
        @JsonProperty(required = true) Budget budget,
        @JsonProperty(required = true) int maxUrlsPerPost) {

    /**
     * @param tenantPerDay posts per tenant and day (UTC)
     * @param domainPerHour links per domain and hour
     */
    public record Budget(
            @JsonProperty(required = true) int tenantPerDay, @JsonProperty(required = true) int domainPerHour) {}

    /**
     * @param file source of the text, for messages
     * @throws ConfigurationException if the text is malformed or contains a value out of range
     */
    static EnrichmentPolicy parse(String file, String text) {
        YAMLMapper yaml = YAMLMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .build();
        try {
            EnrichmentPolicy policy = yaml.readValue(text, EnrichmentPolicy.class);
            policy.check(file);
            return policy;
        } catch (UnrecognizedPropertyException e) {
            // detected when the whole record is built, so its position in the text is lost
            throw new ConfigurationException(
                    file + ": there is no field '" + e.getPropertyName() + "', known are " + e.getKnownPropertyIds(),
                    e);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr();
            throw new ConfigurationException(file + where + ": " + e.getOriginalMessage(), e);
        }
    }

    private void check(String file) {
        if (triggerTags == null || budget == null) {
            throw new ConfigurationException(file + ": trigger_tags and budget must not be empty");
        }
        require(file, "budget.tenant_per_day", budget.tenantPerDay());
        require(file, "budget.domain_per_hour", budget.domainPerHour());
        require(file, "max_urls_per_post", maxUrlsPerPost);
    }

    private static void require(String file, String name, int value) {
        if (value < 0) {
            throw new ConfigurationException(file + ": " + name + "=" + value + ": must be 0 or more");
        }
    }
}
