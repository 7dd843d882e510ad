package routes.answers;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;
import routes.llm.ModelResult;
import routes.llm.ModelTask;
import routes.llm.ProviderCredentials;
import routes.llm.Providers;

/** Sends tasks to the routes {@code answers} and {@code answers-check}. */
@Component
final class RoutedModels implements AnswerModels {
    private final ProducerTemplate camel;
    private final boolean canCheck;

    RoutedModels(@Lazy CamelContext camel, AnswerProperties properties, ProviderCredentials credentials) {
        this.camel = camel.createProducerTemplate();
        List<String> models = credentials.usable(properties.checkProviders());
        this.canCheck = models.stream().anyMatch(name -> !name.equals(Providers.LOCAL));
    }

    @Override
    public ModelResult answer(AnswerTask task) {
        return request("direct:answers", task);
    }

    @Override
    public ModelResult check(ModelTask task) {
        return request("direct:answers-check", task);
    }

    private ModelResult request(String route, ModelTask task) {
        try {
            return camel.requestBody(route, task, ModelResult.class);
        } catch (CamelExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public boolean canCheck() {
        return canCheck;
    }
}
