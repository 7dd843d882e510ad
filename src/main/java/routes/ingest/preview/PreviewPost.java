package routes.ingest.preview;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * A message on a page. An album is one block of the page and several of these.
 *
 * @param date null if the page does not state it
 * @param message in the form of TDLib, a service message if it is not a post; null if it cannot be read
 * @param file null without
 * @param edited whether the page marks it as edited; the page does not state the time
 * @param moved whether the page does not show to which member of the album its text belongs
 * @param forwardedFrom name of the author of a forwarded message; null without
 * @param viaBot as {@code @gif}; null without
 */
public record PreviewPost(
        long id,
        Instant date,
        ObjectNode message,
        PreviewFile file,
        boolean edited,
        boolean moved,
        String forwardedFrom,
        String viaBot) {

    /**
     * The file of a message.
     *
     * @param url null if the page has none
     * @param missing why it has none; else null
     * @param shape what the page shows of the file: kind, proportions, duration, name and size. Addresses change, so they are no part of it
     */
    public record PreviewFile(String url, String missing, String shape) {}
}
