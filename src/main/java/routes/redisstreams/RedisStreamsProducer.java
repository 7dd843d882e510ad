package routes.redisstreams;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.TypeConverter;
import org.apache.camel.support.DefaultProducer;
import routes.redisstreams.StreamCompletion.Output;

/** Appends the body, the fields of an entry, to a stream: at once, or with the completion of the entry it came from. */
public class RedisStreamsProducer extends DefaultProducer {

    public RedisStreamsProducer(RedisStreamsEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Output output = new Output(getEndpoint().key(), fields(exchange));
        RedisStreamsComponent component = getEndpoint().getComponent();
        Optional<StreamCompletion> completion = getEndpoint().getConfiguration().getPublish() == PublishMode.IMMEDIATE
                ? Optional.empty()
                : StreamCompletion.of(exchange).filter(found -> found.isOn(component.getRedisClient()));
        if (completion.isPresent()) {
            completion.get().publish(output);
        } else {
            String id = component.link().call(commands -> commands.xadd(output.key(), output.fields()));
            exchange.getMessage().setHeader(RedisStreamsConstants.MESSAGE_ID, id);
        }
    }

    private static Map<String, String> fields(Exchange exchange) throws InvalidPayloadException {
        Object body = exchange.getMessage().getBody();
        Map<?, ?> map = body instanceof Map.Entry<?, ?> field
                ? Collections.singletonMap(field.getKey(), field.getValue())
                : exchange.getMessage().getMandatoryBody(Map.class);
        TypeConverter converter = exchange.getContext().getTypeConverter();
        Map<String, String> fields = new LinkedHashMap<>();
        map.forEach((field, value) -> fields.put(
                converter.convertTo(String.class, exchange, field),
                converter.convertTo(String.class, exchange, value)));
        return fields;
    }

    @Override
    public RedisStreamsEndpoint getEndpoint() {
        return (RedisStreamsEndpoint) super.getEndpoint();
    }
}
