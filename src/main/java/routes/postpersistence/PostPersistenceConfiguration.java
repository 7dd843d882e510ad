package routes.postpersistence;

import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import routes.posts.AlbumWriter;
import routes.posts.ChannelStore;
import routes.posts.PostWriter;

@Configuration(proxyBeanMethods = false)
class PostPersistenceConfiguration {

    @Bean
    PostPersistence postPersistence(DataSource database, ChannelStore channels, PostWriter posts, AlbumWriter albums) {
        return new PostPersistence(database, channels, posts, albums);
    }
}
