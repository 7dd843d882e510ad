package routes.ingest.preview;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * A message on a page. An album is one block of the page and several messages.
 *
 * @param date null if the page does not state it
 * @param message in TDLib's form, a service message if it is not a post; null if it cannot be read
 * @param file null if there is none
 * @param edited whether the page marks it as edited; the page does not state the time
 * @param moved whether the page does not show to which member of the album the text belongs
 * @param forwardedFrom name of the author of a forwarded message; otherwise null
 * @param viaBot user name of the inline bot, such as {@code @gif}; null if there is none
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
     * @param url null if the page does not contain the file
     * @param missing why there is no url; otherwise null
     * @param shape properties of the file on the page: kind, proportions, duration, name and size. The address is not included,
     *     because it changes
     */
    public record PreviewFile(String url, String missing, String shape) {}
}
