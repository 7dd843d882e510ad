package routes.objectstore.s3;

import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.configuration.ConfigurationException;

/** Configures the S3 object store, if a server is configured. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("!'${s3.endpoint-url:}'.isBlank()")
class S3StoreConfiguration {

    @Bean
    S3ObjectStore objectStore(S3Properties properties) {
        if (properties.accessKeyId().isBlank() != properties.secretAccessKey().isBlank()) {
            throw new ConfigurationException(
                    "S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set together: set both, or neither to use the"
                            + " default credentials of the AWS SDK");
        }
        return new S3ObjectStore(properties);
    }
}
