package routes.operations;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import routes.posts.TaggingRequests;
import routes.schedule.Job;

/** Retries posts whose tagging was lost: no event is in flight and no one requested a retry. */
@Component
class TaggingRetryJob implements Job {
    private static final Logger LOG = LoggerFactory.getLogger(TaggingRetryJob.class);
    private static final int AT_MOST = 100;

    private final TaggingRequests requests;

    TaggingRetryJob(TaggingRequests requests) {
        this.requests = requests;
    }

    @Override
    public String name() {
        return "tagging-retry";
    }

    @Override
    public void run() {
        int queued = requests.retryStale(AT_MOST);
        if (queued > 0) {
            LOG.info("{} posts that were pending or retrying are tagged again", queued);
        }
    }
}
