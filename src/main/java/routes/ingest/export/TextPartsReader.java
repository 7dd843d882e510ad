package routes.ingest.export;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import routes.events.TextEntity;
import routes.ingest.TextPart;

/** Telegram Desktop writes a text as a string, or as a list of strings and of objects with {@code type}, {@code text}, {@code href}. */
final class TextPartsReader extends StdDeserializer<List<TextPart>> {
    private static final long serialVersionUID = 1L;

    TextPartsReader() {
        super(List.class);
    }

    @Override
    public List<TextPart> deserialize(JsonParser json, DeserializationContext context) throws IOException {
        var parts = new ArrayList<TextPart>();
        if (json.hasToken(JsonToken.START_ARRAY)) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                add(json, parts);
            }
        } else {
            add(json, parts);
        }
        return parts;
    }

    private static void add(JsonParser json, List<TextPart> parts) throws IOException {
        if (json.hasToken(JsonToken.START_OBJECT)) {
            parts.add(entity(json));
        } else if (!json.getText().isEmpty()) {
            parts.add(TextPart.plain(json.getText()));
        }
    }

    private static TextPart entity(JsonParser json) throws IOException {
        String type = null;
        String text = "";
        String href = null;
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            switch (name) {
                case "type" -> type = json.getText();
                case "text" -> text = json.getText();
                case "href" -> href = json.getText();
                default -> json.skipChildren();
            }
        }
        return "link".equals(type)
                ? TextPart.of("url", text)
                : "text_link".equals(type)
                        ? new TextPart(text, new TextEntity("text_link", 0, 0, href, null, null, null, null))
                        : TextPart.plain(text);
    }
}
