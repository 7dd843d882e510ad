package routes.redisstreams;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.support.DefaultProducer;

/** Appends the body, the fields of an entry, to a stream: at once, or with the completion of the entry it came from. */
public class RedisStreamsProducer extends DefaultProducer {

    /** The scripts hand the fields of an entry to Redis as arguments, of which Lua allows some 8000. */
    private static final int MAX_FIELDS = 3_000;

    public RedisStreamsProducer(RedisStreamsEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Map<String, String> fields = fields(exchange);
        String key = getEndpoint().key();
        Optional<StreamCompletion> completion = getEndpoint().getConfiguration().getPublish() == PublishMode.IMMEDIATE
                ? Optional.empty()
                : StreamCompletion.of(exchange)
                        .filter(found -> found.isOn(getEndpoint().getComponent().getRedisClient()));
        if (completion.isPresent()) {
            completion.get().publish(key, fields);
        } else {
            String id = getEndpoint().getComponent().link().call(commands -> commands.xadd(key, fields));
            exchange.getMessage().setHeader(RedisStreamsConstants.MESSAGE_ID, id);
        }
    }

    private Map<String, String> fields(Exchange exchange) throws InvalidPayloadException {
        Object body = exchange.getMessage().getBody();
        Map<?, ?> map = body instanceof Map.Entry<?, ?> field
                ? Map.of(field.getKey(), field.getValue())
                : exchange.getMessage().getMandatoryBody(Map.class);
        if (map.isEmpty() || map.size() > MAX_FIELDS) {
            throw new IllegalArgumentException("The body for " + getEndpoint() + " has " + map.size()
                    + " fields; an entry of a stream has 1 to " + MAX_FIELDS);
        }
        Map<String, String> fields = new LinkedHashMap<>();
        for (Map.Entry<?, ?> field : map.entrySet()) {
            fields.put(
                    text(exchange, field.getKey(), "name of a field"),
                    text(exchange, field.getValue(), field.getKey()));
        }
        return fields;
    }

    private String text(Exchange exchange, Object value, Object what) {
        String text = exchange.getContext().getTypeConverter().tryConvertTo(String.class, exchange, value);
        if (text == null) {
            throw new IllegalArgumentException("The body for " + getEndpoint() + " holds " + value + " (" + what
                    + "), which cannot be a field of a stream: it has no text form");
        }
        return text;
    }

    @Override
    public RedisStreamsEndpoint getEndpoint() {
        return (RedisStreamsEndpoint) super.getEndpoint();
    }
}
