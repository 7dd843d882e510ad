package routes.operations;

import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import routes.configuration.ConfigurationException;

/** Resolves the post that an operator specifies. */
@Component
record PostNumbers(JdbcClient jdbc) {

    /**
     * Returns the id of a post.
     *
     * @param post id (a UUID) or number
     * @throws ConfigurationException if it is neither, or no post has the number
     */
    UUID id(String post) {
        String text = post == null ? "" : post.strip();
        if (text.matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")) {
            return UUID.fromString(text);
        }
        if (!text.matches("\\d{1,18}")) {
            throw new ConfigurationException("'" + text + "' must be the id (a UUID) or the number of a post");
        }
        return jdbc.sql("SELECT id FROM posts WHERE number = ?")
                .param(Long.valueOf(text))
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> new ConfigurationException("There is no post " + text));
    }
}
