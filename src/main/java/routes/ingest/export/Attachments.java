package routes.ingest.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.util.StringUtils;
import routes.ingest.TextPart;
import routes.posts.Details;

/**
 * The content of a message's attachments.
 *
 * @param lines without the file name
 * @param poll null if there is none
 * @param links links in the lines and links that belong to them; file names and track names are not searched for links
 */
public record Attachments(List<String> lines, Details.Poll poll, List<String> links) {
    /** Names that programs generate. They are not stored as text. */
    private static final Pattern MADE_UP = Pattern.compile(
            "(?i)(?:video|audio|file|photo|img|image|vid|pxl|doc|document|sticker|animatedsticker|animation|giphy|voice|mp4|unknown)"
                    + "[\\s_\\-.()@\\d]*(?:\\.[a-z0-9]{1,8}){0,2}");

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @param message in the form of {@code result.json}. Messages of other sources are converted to this form, so that a post has
     *     the same text from every source
     */
    public static Attachments of(JsonNode message) {
        return of(new Fields(message));
    }

    static Attachments of(Fields message) {
        Fields poll = message.object("poll");
        Fields checklist = message.object("todo_list");
        Fields location = message.object("location_information");
        Fields contact = message.object("contact_information");
        Fields invoice = invoice(message);
        Fields giveaway = message.object("giveaway_information");
        Fields results = message.object("giveaway_results");
        String place = message.text("place_name");
        var lines = new ArrayList<String>();
        add(lines, plain(poll.get("question")));
        poll.elements("answers").forEach(answer -> add(lines, plain(answer)));
        add(lines, plain(poll.get("explanation")));
        add(lines, plain(checklist.get("title")));
        checklist.elements("answers").forEach(task -> add(lines, plain(task)));
        add(lines, place, message.text("address"));
        add(lines, place != null ? null : joined(", ", location.text("latitude"), location.text("longitude")));
        add(lines, message.text("game_title"), message.text("game_description"));
        add(lines, joined(" ", contact.text("first_name"), contact.text("last_name")), contact.text("phone_number"));
        add(lines, invoice.text("title"), invoice.text("description"));
        add(lines, amount(invoice.number("amount"), invoice.text("currency")));
        add(lines, giveaway.text("additional_prize"), prizes(giveaway, "quantity"));
        add(lines, results.text("additional_prize"), prizes(results, "winners_count"));
        List<TextPart> linked = lines.stream().map(TextPart::plain).toList();
        List<String> links = TextPart.urls(
                linked, Stream.ofNullable(message.text("game_link")).toList());
        add(lines, joined(" — ", message.text("performer"), message.text("title")), message.text("sticker_emoji"));
        return new Attachments(lines.stream().distinct().toList(), poll.exist() ? poll(poll) : null, links);
    }

    /**
     * Returns all lines as one text; null if there are none.
     *
     * @param fileName original file name, or null
     */
    public String text(String fileName) {
        boolean named = fileName != null && !MADE_UP.matcher(fileName).matches();
        String text = joined("\n", String.join("\n", lines), named ? fileName : null);
        return text.isEmpty() ? null : text;
    }

    private static Details.Poll poll(Fields poll) {
        List<Details.Poll.Option> options = poll.elements("answers")
                .map(answer -> {
                    var option = new Fields(answer);
                    return new Details.Poll.Option(
                            plain(answer), Fields.count(option.number("voters")), option.flag("chosen"));
                })
                .toList();
        return new Details.Poll(
                plain(poll.get("question")), poll.flag("closed"), Fields.count(poll.number("total_voters")), options);
    }

    /** Telegram Desktop writes this object as a string that contains its JSON. */
    private static Fields invoice(Fields message) {
        JsonNode value = message.get("invoice_information");
        if (value == null || !value.isTextual()) {
            return message.object("invoice_information");
        }
        try {
            return new Fields(JSON.readTree(value.asText()));
        } catch (JsonProcessingException e) {
            return new Fields(MissingNode.getInstance());
        }
    }

    private static String prizes(Fields giveaway, String number) {
        int stars = Fields.count(giveaway.number("stars"));
        int quantity = Fields.count(giveaway.number(number));
        return stars > 0 ? stars + " Telegram Stars" : quantity > 0 ? quantity + " × Telegram Premium" : null;
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
            // XTR (Telegram Stars) has no smaller unit
            digits = 0;
        }
        return BigDecimal.valueOf(amount, digits).toPlainString() + " " + currency.toUpperCase(Locale.ROOT);
    }

    private static String plain(JsonNode text) {
        return TextPart.text(TextPartsReader.read(text));
    }

    private static void add(List<String> lines, String... more) {
        Stream.of(more)
                .filter(StringUtils::hasText)
                .map(line -> line.replaceAll("\\s+", " ").strip())
                .forEach(lines::add);
    }

    private static String joined(String separator, String... parts) {
        return Stream.of(parts).filter(StringUtils::hasText).collect(Collectors.joining(separator));
    }
}
