package routes.objectstore.s3;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param endpointUrl     address of an S3-compatible server for media files; if empty, media files are stored in DATA_DIR. The address of
 *     Amazon S3 is https://s3.REGION.amazonaws.com
 * @param bucket          bucket for media files; created if it does not exist
 * @param region          region of the bucket; most servers other than Amazon S3 accept any value
 * @param accessKeyId     access key; if empty, the default credentials of the AWS SDK apply, such as an instance role
 * @param secretAccessKey secret key that belongs to the access key
 * @param timeout         maximum duration of a request, without the transfer of its content
 */
@ConfigurationProperties("s3")
public record S3Properties(
        @DefaultValue("")
                @Pattern(regexp = "(https?://[^\\s?#]+)?", message = "must be a URL such as https://host:port")
                String endpointUrl,
        @DefaultValue("telegram-assistant")
                @Pattern(
                        regexp = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
                        message = "must be a name of 3 to 63 lower-case letters, digits, dots and hyphens")
                String bucket,
        @DefaultValue("us-east-1") @NotBlank String region,
        @DefaultValue("") String accessKeyId,
        @DefaultValue("") String secretAccessKey,
        @DefaultValue("30s") Duration timeout) {}
