package routes.configuration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Batches of events that one process works on at a time, by stage; for tagging by models, calls.
 *
 * @param postPersistence storage of posts of other producers
 * @param tagging         tagging
 * @param vision          analysis of pictures
 * @param retagging       tagging of posts with the words of their pictures
 * @param albumAssembler  summaries of albums
 * @param tagPersistence  storage of tags
 * @param crawl           reading of linked pages; a batch asks up to 8 hosts at the same time
 * @param crawlTrigger    selection of links to fetch
 * @param enrichment      enrichment
 * @param indexing        indexing; index writes of concurrent batches are made durable together
 * @param digest          digests; each takes as long as its models
 * @param cleanup         removal of deleted posts
 */
@ConfigurationProperties("concurrency")
public record ConcurrencyProperties(
        @DefaultValue("2") @Min(1) @Max(64) int postPersistence,
        @DefaultValue("4") @Min(1) @Max(64) int tagging,
        @DefaultValue("1") @Min(1) @Max(64) int vision,
        @DefaultValue("1") @Min(1) @Max(64) int retagging,
        @DefaultValue("1") @Min(1) @Max(64) int albumAssembler,
        @DefaultValue("2") @Min(1) @Max(64) int tagPersistence,
        @DefaultValue("2") @Min(1) @Max(64) int crawlTrigger,
        @DefaultValue("2") @Min(1) @Max(64) int crawl,
        @DefaultValue("2") @Min(1) @Max(64) int enrichment,
        @DefaultValue("2") @Min(1) @Max(64) int indexing,
        @DefaultValue("2") @Min(1) @Max(64) int digest,
        @DefaultValue("2") @Min(1) @Max(64) int cleanup) {}
