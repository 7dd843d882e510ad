package routes.configuration;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Number of event batches that one process handles concurrently, by stage; for tagging with models, of calls.
 *
 * @param postPersistence concurrency of storing posts from other producers
 * @param tagging         concurrency of tagging; with models, the number of concurrent calls
 * @param vision          concurrency of picture analysis
 * @param retagging       concurrency of tagging posts again with the text of their pictures
 * @param albumAssembler  concurrency of album summaries
 * @param tagPersistence  concurrency of storing tags
 * @param crawl           concurrency of fetching linked pages; a batch fetches from up to 8 hosts at the same time
 * @param crawlTrigger    concurrency of selecting the links to fetch
 * @param enrichment      concurrency of enrichment
 * @param indexing        concurrency of indexing; concurrent batches share the commits of the index
 * @param digest          concurrency of digests; each takes as long as its model calls
 * @param cleanup         concurrency of removing deleted posts
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
