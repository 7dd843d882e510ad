package routes.objectstore.folder;

import java.io.IOException;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.configuration.ConfigurationException;
import routes.embedded.DataFolder;
import routes.objectstore.ObjectStore;

@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("'${s3.endpoint-url:}'.isBlank()")
class FolderObjectStoreConfiguration {

    /** Uses the data folder as root: keys begin with {@code media/}, {@code vision/} and so on, which become subfolders. */
    @Bean
    ObjectStore objectStore(DataFolder data) {
        try {
            return new FolderObjectStore(data.path());
        } catch (IOException e) {
            throw new ConfigurationException(data.path() + ": cannot store media in this folder (" + e + ")", e);
        }
    }
}
