package routes.objectstore.s3;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param endpointUrl     address of an S3-compatible server for media files; without it they are kept in DATA_DIR. Amazon's own
 *                        is https://s3.REGION.amazonaws.com
 * @param bucket          bucket for media files, created if it does not exist
 * @param region          region of the bucket; servers other than Amazon's usually accept any
 * @param accessKeyId     access key; without it the default credentials of the AWS SDK apply, such as a role of the machine
 * @param secretAccessKey secret of the access key
 * @param timeout         maximum duration of a request without its content
 */
@ConfigurationProperties("s3")
public record S3Properties(
        @DefaultValue("")
                @Pattern(regexp = "(https?://[^\\s?#]+)?", message = "must be an address such as https://host:port")
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
