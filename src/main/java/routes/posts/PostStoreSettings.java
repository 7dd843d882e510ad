package routes.posts;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import routes.objectstore.ObjectStore;

/**
 * @param timeToLive time after which posts expire, counted from the later of posting and saving, so that an old export does not
 *     expire during its import; zero for never ({@code POST_TTL_DAYS}, 90 days)
 * @param transactionTimeout in whole seconds; after this time, a batch is rolled back
 * @param mediaBucket the object store's bucket of media keys
 */
@Component
public record PostStoreSettings(Duration timeToLive, Duration transactionTimeout, String mediaBucket) {
    @Autowired
    PostStoreSettings(PostProperties properties, ObjectStore objects) {
        this(Duration.ofDays(properties.ttlDays()), Duration.ofSeconds(60), objects.bucket());
    }

    TransactionTemplate transaction(PlatformTransactionManager transactions) {
        var transaction = new TransactionTemplate(transactions);
        transaction.setTimeout((int) transactionTimeout.toSeconds());
        return transaction;
    }
}
