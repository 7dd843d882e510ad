package routes.api;

import jakarta.validation.Valid;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import routes.api.http.Caller;
import routes.api.http.ProblemType;
import routes.events.StorableText;
import routes.ingest.TextMarks;
import routes.ingest.TextPart;
import routes.posts.DeletionReason;
import routes.posts.PostRemoval;
import routes.posts.PostWriter;

/** Edits and deletions by users. They are processed like those in Telegram. */
@RestController
final class PostChangeController {

    private final PostStore posts;
    private final PostWriter writer;
    private final PostRemoval removal;

    PostChangeController(PostStore posts, PostWriter writer, PostRemoval removal) {
        this.posts = posts;
        this.writer = writer;
        this.removal = removal;
    }

    @PatchMapping(path = "/posts/{post_id}", consumes = MediaType.APPLICATION_JSON_VALUE)
    PostDetails edit(Caller caller, @PathVariable("post_id") String id, @Valid @RequestBody PostEdit edit) {
        PostStore.Place place = locate(caller, id);
        String text = StorableText.of(edit.content());
        List<String> urls = TextPart.urls(List.of(TextPart.plain(text)), List.of());
        Optional<Boolean> edited =
                writer.edit(place.tenantId(), place.channelId(), place.id(), text, TextMarks.find(text), urls);
        return edited.flatMap(changed -> posts.find(caller, PostId.parse(id))).orElseThrow(() -> unknown(id));
    }

    @DeleteMapping("/posts/{post_id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Caller caller, @PathVariable("post_id") String id) {
        PostStore.Place place = locate(caller, id);
        if (removal.delete(place.tenantId(), place.channelId(), List.of(place.id()), DeletionReason.USER) == 0) {
            throw unknown(id);
        }
    }

    private PostStore.Place locate(Caller caller, String id) {
        return posts.locate(caller, PostId.parse(id)).orElseThrow(() -> unknown(id));
    }

    private static ErrorResponseException unknown(String id) {
        return ProblemType.NOT_FOUND.exception("post_id", "There is no post " + id);
    }
}
