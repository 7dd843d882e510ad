package routes.api.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** What exists, as answers told: the values of path parameters, files with their posts, and cursors with the list they belong to. */
public final class Ids {
    private static final int KEPT = 200;

    private final Map<String, List<String>> known = new HashMap<>();
    private final Map<String, String> cursors = new HashMap<>();

    public void add(String parameter, String id) {
        List<String> ids = known.computeIfAbsent(parameter, name -> new ArrayList<>());
        if (!ids.contains(id)) {
            ids.add(id);
        }
        if (ids.size() > KEPT) {
            ids.remove(0);
        }
    }

    public int count(String parameter) {
        return known.getOrDefault(parameter, List.of()).size();
    }

    Optional<String> any(String parameter, Random random) {
        List<String> ids = known.getOrDefault(parameter, List.of());
        return ids.isEmpty() ? Optional.empty() : Optional.of(Strings.one(ids, random));
    }

    /** The cursor that a list gave out, by the target it was asked with. */
    Map<String, String> cursors() {
        return cursors;
    }

    /** Learns from an answer that something exists, or does so no longer. */
    public void learn(Request request, int status, JsonNode answer) {
        String last = request.target().replaceFirst("\\?.*", "").replaceFirst(".*/", "");
        switch (request.operation()) {
            case "createUser" -> learn("user_id", answer.path("id"));
            case "startImport" -> learn("job_id", answer.path("job_id"));
            case "subscribe" -> learn("channel_id", answer.path("id"));
            case "listSubscriptions" -> {
                answer.path("items").forEach(item -> learn("channel_id", item.path("id")));
                cursor(request, answer);
            }
            case "listPosts" -> {
                answer.path("posts").forEach(post -> {
                    learn("post_id", post.path("id"));
                    learn("album_id", post.path("album_id"));
                    post.path("media")
                            .forEach(file -> add(
                                    "file",
                                    post.path("id").asText() + "/media/"
                                            + file.path("sha256").asText()));
                });
                cursor(request, answer);
            }
            case "deletePost" -> {
                if (status == 204) {
                    // by id and number
                    known.getOrDefault("post_id", new ArrayList<>()).remove(last);
                }
            }
            default -> {}
        }
    }

    private void learn(String parameter, JsonNode id) {
        if (!id.isMissingNode() && !id.isNull()) {
            add(parameter, id.asText());
        }
    }

    private void cursor(Request request, JsonNode answer) {
        if (answer.path("next_cursor").isTextual() && !request.target().contains("cursor=") && cursors.size() < KEPT) {
            cursors.put(request.target(), answer.path("next_cursor").asText());
        }
    }
}
