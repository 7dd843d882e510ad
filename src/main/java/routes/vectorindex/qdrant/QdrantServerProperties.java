package routes.vectorindex.qdrant;

import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param url              gRPC address of a Qdrant server (1.16 or later) for the vector index, such as http://host:6334, or
 *     https://host:6334 for TLS; if empty, the index is stored in DATA_DIR
 * @param apiKey           API key of the Qdrant server; empty for a server without keys
 * @param caFile           PEM file with the certificates to trust for https, such as those of your own CA; empty for those of the JDK
 * @param collectionPrefix prefix of the collection names telegram_posts and telegram_words, for a shared server
 * @param timeout          maximum duration of a call, including retries
 */
@ConfigurationProperties("qdrant")
public record QdrantServerProperties(
        @DefaultValue("")
                @Pattern(
                        regexp = "(https?://(?!\\S*:6333/?$)[^\\s/?#@]+/?)?",
                        message =
                                "must be the gRPC address of the server, such as http://host:6334; 6333 is the port of its REST"
                                        + " interface")
                String url,
        @DefaultValue("") String apiKey,
        @DefaultValue("") String caFile,
        @DefaultValue("")
                @Pattern(
                        regexp = "[A-Za-z0-9_-]{0,100}",
                        message = "must be at most 100 letters, digits, hyphens and underscores")
                String collectionPrefix,
        @DefaultValue("15s") @DurationMin(seconds = 1) @DurationMax(seconds = 50) Duration timeout) {}
