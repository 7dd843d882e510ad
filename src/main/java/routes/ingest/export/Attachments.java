package routes.ingest.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import routes.ingest.PostUrls;
import routes.ingest.TextPart;
import routes.posts.Details;

/**
 * The content of a message's attachments.
 *
 * @param lines without the file's name
 * @param poll null without
 * @param links in the lines, and those that belong to them; names of files and tracks are not searched
 */
record Attachments(List<String> lines, Details.Poll poll, List<String> links) {
    /** Names that programs generate. They carry no meaning. */
    private static final Pattern MADE_UP = Pattern.compile(
            "(?i)(?:video|audio|file|photo|img|image|vid|pxl|doc|document|sticker|animatedsticker|animation|giphy|voice|mp4|unknown)"
                    + "[\\s_\\-.()@\\d]*(?:\\.[a-z0-9]{1,8}){0,2}");

    private static final ObjectMapper JSON = new ObjectMapper();

    static Attachments of(Fields message) {
        var lines = new ArrayList<String>();
        Details.Poll poll = poll(message.object("poll"));
        if (poll != null) {
            add(lines, poll.question());
            poll.options().forEach(option -> add(lines, option.text()));
        }
        inside(message.object("todo_list"), list -> {
            add(lines, plain(list.get("title")));
            list.elements("answers").forEach(task -> add(lines, plain(task)));
        });
        add(lines, message.text("place_name"));
        add(lines, message.text("address"));
        if (message.get("place_name") == null) {
            inside(
                    message.object("location_information"),
                    place -> add(
                            lines,
                            Stream.of(place.text("latitude"), place.text("longitude"))
                                    .collect(joined(", "))));
        }
        add(lines, message.text("game_title"));
        add(lines, message.text("game_description"));
        inside(message.object("contact_information"), contact -> {
            add(
                    lines,
                    Stream.of(contact.text("first_name"), contact.text("last_name"))
                            .collect(joined(" ")));
            add(lines, contact.text("phone_number"));
        });
        inside(invoice(message), invoice -> {
            add(lines, invoice.text("title"));
            add(lines, invoice.text("description"));
            add(lines, amount(invoice.number("amount"), invoice.text("currency")));
        });
        inside(message.object("giveaway_information"), giveaway -> prizes(lines, giveaway, "quantity"));
        inside(message.object("giveaway_results"), giveaway -> prizes(lines, giveaway, "winners_count"));
        List<TextPart> linked = lines.stream().map(TextPart::plain).toList();
        List<String> links =
                PostUrls.of(linked, Stream.ofNullable(message.text("game_link")).toList());
        add(lines, Stream.of(message.text("performer"), message.text("title")).collect(joined(" — ")));
        add(lines, message.text("sticker_emoji"));
        return new Attachments(lines.stream().distinct().toList(), poll, links);
    }

    /**
     * All lines as one text; null if there are none.
     *
     * @param fileName as it was sent, or null
     */
    String text(String fileName) {
        boolean named = fileName != null && !MADE_UP.matcher(fileName).matches();
        String text = Stream.concat(lines.stream(), Stream.ofNullable(named ? fileName : null))
                .collect(joined("\n"));
        return text.isEmpty() ? null : text;
    }

    private static Details.Poll poll(Fields poll) {
        if (poll == null) {
            return null;
        }
        List<Details.Poll.Option> options = poll.elements("answers")
                .map(answer -> {
                    var option = new Fields(answer);
                    return new Details.Poll.Option(
                            plain(answer),
                            answer.isObject() ? count(option.number("voters")) : 0,
                            answer.isObject() && option.flag("chosen"));
                })
                .toList();
        return new Details.Poll(
                plain(poll.get("question")), poll.flag("closed"), count(poll.number("total_voters")), options);
    }

    /** Telegram Desktop writes the object as a string that contains its JSON. */
    private static Fields invoice(Fields message) {
        JsonNode value = message.get("invoice_information");
        if (value == null || !value.isTextual()) {
            return message.object("invoice_information");
        }
        try {
            JsonNode inside = JSON.readTree(value.asText());
            return inside.isObject() ? new Fields(inside) : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static void prizes(List<String> lines, Fields giveaway, String number) {
        add(lines, giveaway.text("additional_prize"));
        int stars = count(giveaway.number("stars"));
        int quantity = count(giveaway.number(number));
        if (stars > 0) {
            add(lines, stars + " Telegram Stars");
        } else if (quantity > 0) {
            add(lines, quantity + " × Telegram Premium");
        }
    }

    /** The amount is in the smallest unit of the currency. */
    private static String amount(Long amount, String currency) {
        if (amount == null || currency == null || currency.isBlank()) {
            return null;
        }
        int digits;
        try {
            digits = Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits());
        } catch (IllegalArgumentException e) {
            // XTR, Telegram Stars
            digits = 0;
        }
        return BigDecimal.valueOf(amount, digits).toPlainString() + " " + currency.toUpperCase(Locale.ROOT);
    }

    static int count(Long number) {
        return number == null ? 0 : (int) Math.max(0, Math.min(number, Integer.MAX_VALUE));
    }

    private static String plain(JsonNode text) {
        return TextPartsReader.read(text).stream().map(TextPart::text).collect(Collectors.joining());
    }

    private static void inside(Fields object, Consumer<Fields> then) {
        if (object != null) {
            then.accept(object);
        }
    }

    private static void add(List<String> lines, String line) {
        String clean = line == null ? "" : line.replaceAll("\\s+", " ").strip();
        if (!clean.isEmpty()) {
            lines.add(clean);
        }
    }

    private static Collector<String, ?, String> joined(String separator) {
        return Collectors.filtering(part -> part != null && !part.isBlank(), Collectors.joining(separator));
    }
}
