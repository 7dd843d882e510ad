package routes.crawltrigger;

import java.util.List;
import java.util.Locale;
import java.util.UUID;
import routes.events.Recorded;
import routes.events.StageOutcome;

/** What becomes of the links of a tagged post; links, tenant and matching trigger tags only where they are fetched. */
public record CrawlDecision(Reason reason, UUID tenantId, List<String> urls, List<String> triggerTags)
        implements Recorded {

    /** Why the links are fetched or not. */
    public enum Reason {
        TRIGGER_TAG,
        DELETED,
        NO_URLS,
        /** No link is an absolute http(s) address. */
        NO_VALID_URL,
        NO_TRIGGER_TAG,
        BUDGET_TENANT,
        BUDGET_DOMAIN;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static CrawlDecision skip(Reason reason) {
        return new CrawlDecision(reason, null, List.of(), List.of());
    }

    @Override
    public StageOutcome outcome() {
        return isCrawl() ? StageOutcome.done(reason.text()) : StageOutcome.skipped(reason.text());
    }

    public boolean isCrawl() {
        return reason == Reason.TRIGGER_TAG;
    }
}
