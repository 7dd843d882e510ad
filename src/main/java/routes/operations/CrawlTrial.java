package routes.operations;

import java.io.PrintStream;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigurationException;
import routes.crawl.CrawlPreview;
import routes.crawltrigger.CrawlTrigger;
import routes.web.PageFetcher.Wish;

/** Fetches the links of a post without storing anything, and shows each step. The fetches do not count towards the budget. */
@Component
record CrawlTrial(@Lazy CamelContext camel, PostNumbers posts, CrawlTrigger trigger, CrawlPreview preview)
        implements Trial {

    @Override
    public String stage() {
        return "crawl";
    }

    @Override
    public boolean run(String post, PrintStream out) {
        UUID id = posts.id(post);
        CrawlTrigger.Preview decision =
                trigger.preview(id).orElseThrow(() -> new ConfigurationException("There is no post " + post));
        out.println("Post       " + id);
        out.println("Tags       " + String.join(", ", decision.tags()));
        out.println("Decision   " + decision.reason());
        out.println("Triggers   " + String.join(", ", decision.triggers()));
        out.println("Budget     " + decision.budget());
        long read = decision.links().stream()
                .filter(link -> isRead(decision.tenantId(), link, out))
                .count();
        out.println();
        out.println(read + " of " + decision.links().size() + " links were read; nothing is stored");
        return read > 0;
    }

    private boolean isRead(UUID tenant, String link, PrintStream out) {
        out.println();
        out.println("Link       " + link);
        CrawlPreview.Page page = preview.post(tenant, link).orElseGet(() -> {
            Exchange exchange = Trial.request(
                    camel, "direct:fetch", call -> call.getMessage().setBody(Wish.of(link)));
            return exchange.getException() == null
                    ? preview.page(tenant, link, exchange)
                    : new CrawlPreview.Page(false, "the route failed: " + exchange.getException());
        });
        Trial.section(out, "Result", page.text());
        return page.isRead();
    }
}
